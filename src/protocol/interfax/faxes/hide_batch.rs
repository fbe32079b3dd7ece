//! `HideBatch`: takes a batch out of its owner's lists.

use crate::soap::{Operation, Parameter, Type};

use super::log_in::{PASSWORD, USERNAME};

pub const OPERATION: Operation = Operation {
    name: "HideBatch",
    about: "Leaves all faxes of a batch out of lists from now on; returns 0, or a negative code.",
    parameters: &[
        USERNAME,
        PASSWORD,
        Parameter::new("ParentTransactionID", Type::Int).example("123456"),
    ],
    result: Type::Int,
};
