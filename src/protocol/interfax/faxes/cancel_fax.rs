//! `CancelFax`: gives a fax up that is not being sent yet.

use crate::soap::{Operation, Parameter, Type};

use super::log_in::{PASSWORD, USERNAME};

pub const OPERATION: Operation = Operation {
    name: "CancelFax",
    about: "Cancels a fax that is not being sent yet; returns 0, or a negative code.",
    parameters: &[
        USERNAME,
        PASSWORD,
        Parameter::new("TransactionID", Type::Int).example("123456"),
    ],
    result: Type::Int,
};
