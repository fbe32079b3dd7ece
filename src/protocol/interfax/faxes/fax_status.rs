//! `FaxStatus`: what became of faxes, in short.

use crate::soap::{Operation, Type};

use super::{super::types::ARRAY_OF_FAX_ITEM, status::PARAMETERS};

pub const OPERATION: Operation = Operation {
    name: "FaxStatus",
    about: "Lists the newest faxes below LastTransactionID in short; 999999999 stands for all.",
    parameters: PARAMETERS,
    result: Type::Array(&ARRAY_OF_FAX_ITEM),
};
