//! `SendCharFax`: a text to one number.

use crate::soap::{Operation, Parameter, Type};

use super::log_in::{PASSWORD, USERNAME};

pub const OPERATION: Operation = Operation {
    name: "SendCharFax",
    about: "Queues a text for a fax number; returns the transaction, or a negative code.",
    parameters: &[
        USERNAME,
        PASSWORD,
        Parameter::new("FaxNumber", Type::String).example("+1-212-5550100"),
        Parameter::new("Data", Type::String)
            .example("Hello")
            .document(),
        Parameter::new("FileType", Type::String).example("TXT"),
    ],
    result: Type::Long,
};
