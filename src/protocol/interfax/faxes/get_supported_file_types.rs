//! `GetSupportedFileTypes`: the types of documents that are taken.

use crate::soap::{Operation, Reply, Type};

use super::super::Exchange;

pub const OPERATION: Operation = Operation {
    name: "GetSupportedFileTypes",
    about: "Lists the types of documents that can be faxed.",
    parameters: &[],
    result: Type::String,
};

pub fn run(exchange: &Exchange<'_>) -> Reply {
    exchange.success(0);
    // Deviation: how the original sets them apart is not public; lists elsewhere in the protocol
    // have semicolons (`fax::file_types`).
    let types = exchange.faxes.file_types().join(";");
    Reply::new(OPERATION.name).result_string(Some(types))
}
