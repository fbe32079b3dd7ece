//! `FaxStatusXML`: what became of faxes, as a text of XML.

use crate::soap::{Operation, Type};

use super::status::PARAMETERS;

pub const OPERATION: Operation = Operation {
    name: "FaxStatusXML",
    about: "Lists what FaxStatusEx does, as XML in a string.",
    parameters: PARAMETERS,
    result: Type::String,
};
