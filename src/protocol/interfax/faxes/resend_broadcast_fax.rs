//! `ResendBroadcastFax`: sends a batch once more.

use crate::soap::{Operation, Parameter, Type};

use super::log_in::{PASSWORD, USERNAME};

pub const OPERATION: Operation = Operation {
    name: "ResendBroadcastFax",
    about: "Queues a batch again, for all its fax numbers or for those that failed; returns the new transaction, or a negative code.",
    parameters: &[
        USERNAME,
        PASSWORD,
        Parameter::new("ParentTransactionID", Type::Long).example("123456"),
        Parameter::new("Subject", Type::String).example("Hello"),
        Parameter::new("SendErrorsOnly", Type::Boolean),
    ],
    result: Type::Long,
};
