//! `IsSupportedFileType`: whether documents of a type are taken.

use tokio::io::AsyncBufRead;

use crate::soap::{Operation, Parameter, Parameters, ReadError, Reply, Type};

use super::super::Exchange;

pub const OPERATION: Operation = Operation {
    name: "IsSupportedFileType",
    about: "Tells whether documents of a type can be faxed.",
    parameters: &[Parameter::new("FileType", Type::String).example("PDF")],
    result: Type::Boolean,
};

#[derive(Default)]
pub struct IsSupportedFileType {
    kind: String,
}

impl IsSupportedFileType {
    pub async fn read<R: AsyncBufRead + Unpin>(
        parameters: &mut Parameters<'_, R>,
    ) -> Result<Self, ReadError> {
        let mut call = Self::default();
        while parameters.next(&["FileType"]).await?.is_some() {
            call.kind = parameters.string().await?;
        }
        Ok(call)
    }

    pub fn run(&self, exchange: &Exchange<'_>) -> Reply {
        exchange.success(0);
        let kind = self.kind.trim().trim_start_matches('.');
        let types = exchange.faxes.file_types();
        let is_taken = types.iter().any(|known| known.eq_ignore_ascii_case(kind));
        Reply::new(OPERATION.name).result_boolean(is_taken)
    }
}
