//! `GetErrorDescription`: what a number means.

use tokio::io::AsyncBufRead;

use crate::soap::{Operation, Parameter, Parameters, ReadError, Reply, Type};

use super::super::{Exchange, meanings};

pub const OPERATION: Operation = Operation {
    name: "GetErrorDescription",
    about: "Tells what the code of an error means.",
    parameters: &[Parameter::new("code", Type::Int).example("-1062")],
    result: Type::String,
};

#[derive(Default)]
pub struct GetErrorDescription {
    code: i32,
}

impl GetErrorDescription {
    pub async fn read<R: AsyncBufRead + Unpin>(
        parameters: &mut Parameters<'_, R>,
    ) -> Result<Self, ReadError> {
        let mut call = Self::default();
        while parameters.next(&["code"]).await?.is_some() {
            call.code = parameters.int().await?;
        }
        Ok(call)
    }

    pub fn run(&self, exchange: &Exchange<'_>) -> Reply {
        exchange.success(0);
        // Deviation: what the original says of an unknown number is not public.
        let meaning = meanings::of_code(self.code).unwrap_or("unknown code");
        Reply::new(OPERATION.name).result_string(Some(meaning.to_owned()))
    }
}
