//! `GetAllErrorCodes`: every number and what it means.

use crate::soap::{Operation, Reply, Type, Value};

use super::super::{Exchange, meanings, types::ARRAY_OF_ERROR_MESSAGE};

pub const OPERATION: Operation = Operation {
    name: "GetAllErrorCodes",
    about: "Lists the codes of errors and what they mean.",
    parameters: &[],
    result: Type::Array(&ARRAY_OF_ERROR_MESSAGE),
};

pub fn run(exchange: &Exchange<'_>) -> Reply {
    exchange.success(0);
    let messages = meanings::all().map(|(code, meaning)| {
        Value::structure()
            .field("Code", code)
            .field("Description", meaning)
    });
    Reply::new(OPERATION.name).with_result(Value::array("ErrorMessage", messages))
}
