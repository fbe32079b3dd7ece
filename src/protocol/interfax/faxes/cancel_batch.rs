//! `CancelBatch`: gives up all faxes of a batch that are not being sent yet.

use crate::soap::{Operation, Parameter, Type};

use super::log_in::{PASSWORD, USERNAME};

pub const OPERATION: Operation = Operation {
    name: "CancelBatch",
    about: "Cancels the faxes of a batch that are not being sent yet; returns 0, or a negative code.",
    parameters: &[
        USERNAME,
        PASSWORD,
        Parameter::new("ParentTransactionID", Type::Int).example("123456"),
    ],
    result: Type::Int,
};
