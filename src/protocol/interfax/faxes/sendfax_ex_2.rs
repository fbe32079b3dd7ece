//! `SendfaxEx_2`: documents to one or more numbers, with everything that can be chosen.

use crate::soap::{Operation, Parameter, Type};

use super::log_in::{PASSWORD, USERNAME};

pub const OPERATION: Operation = Operation {
    name: "SendfaxEx_2",
    about: "Queues documents, sent along or uploaded, for one or more fax numbers; returns the transaction, or a negative code.",
    parameters: &[
        USERNAME,
        PASSWORD,
        Parameter::new("FaxNumbers", Type::String).example("+1-212-5550100"),
        Parameter::new("Contacts", Type::String).example("Ann"),
        Parameter::new("FilesData", Type::Base64Binary),
        Parameter::new("FileTypes", Type::String).example("TXT"),
        Parameter::new("FileSizes", Type::String).example("5"),
        Parameter::new("Postpone", Type::DateTime),
        Parameter::new("RetriesToPerform", Type::Int).example("3"),
        Parameter::new("CSID", Type::String).example("chunkgate"),
        Parameter::new("PageHeader", Type::String).example("To: {To}"),
        Parameter::new("JobID", Type::String).example("4711"),
        Parameter::new("Subject", Type::String).example("Hello"),
        Parameter::new("ReplyAddress", Type::String).example("office@example.com"),
        Parameter::new("PageSize", Type::String).example("A4"),
        Parameter::new("PageOrientation", Type::String).example("Portrait"),
        Parameter::new("IsHighResolution", Type::Boolean),
        Parameter::new("IsFineRendering", Type::Boolean),
    ],
    result: Type::Long,
};
