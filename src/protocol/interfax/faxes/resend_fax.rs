//! `ReSendFax`: sends a fax once more.

use crate::soap::{Operation, Parameter, Type};

use super::log_in::{PASSWORD, USERNAME};

pub const OPERATION: Operation = Operation {
    name: "ReSendFax",
    about: "Queues the documents of a fax again, for its number or another one; returns the new transaction, or a negative code.",
    parameters: &[
        USERNAME,
        PASSWORD,
        Parameter::new("TransactionID", Type::Long).example("123456"),
        Parameter::new("FaxNumber", Type::String).example("+1-212-5550100"),
    ],
    result: Type::Long,
};
