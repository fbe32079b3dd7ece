//! `SendfaxEx`: documents to one or more numbers.

use crate::soap::{Operation, Parameter, Type};

use super::log_in::{PASSWORD, USERNAME};

pub const OPERATION: Operation = Operation {
    name: "SendfaxEx",
    about: "Does what SendfaxEx_2 does, with fewer options.",
    parameters: &[
        USERNAME,
        PASSWORD,
        Parameter::new("FaxNumbers", Type::String).example("+1-212-5550100"),
        Parameter::new("FilesData", Type::Base64Binary),
        Parameter::new("FileTypes", Type::String).example("TXT"),
        Parameter::new("FileSizes", Type::String).example("5"),
        Parameter::new("Postpone", Type::DateTime),
        Parameter::new("IsHighResolution", Type::Boolean),
        Parameter::new("CSID", Type::String).example("chunkgate"),
        Parameter::new("Subject", Type::String).example("Hello"),
        Parameter::new("ReplyAddress", Type::String).example("office@example.com"),
    ],
    result: Type::Long,
};
