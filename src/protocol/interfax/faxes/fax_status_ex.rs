//! `FaxStatusEx`: what became of faxes.

use crate::soap::{Operation, Type};

use super::{super::types::ARRAY_OF_FAX_ITEM_EX, status::PARAMETERS};

pub const OPERATION: Operation = Operation {
    name: "FaxStatusEx",
    about: "Lists the newest faxes below LastTransactionID with their details; 999999999 stands for all.",
    parameters: PARAMETERS,
    result: Type::Array(&ARRAY_OF_FAX_ITEM_EX),
};
