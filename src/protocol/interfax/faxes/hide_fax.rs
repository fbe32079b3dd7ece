//! `HideFax`: takes a fax out of its owner's lists.

use crate::soap::{Operation, Parameter, Type};

use super::log_in::{PASSWORD, USERNAME};

pub const OPERATION: Operation = Operation {
    name: "HideFax",
    about: "Leaves a fax out of lists from now on; returns 0, or a negative code.",
    parameters: &[
        USERNAME,
        PASSWORD,
        Parameter::new("TransactionID", Type::Int).example("123456"),
    ],
    result: Type::Int,
};
