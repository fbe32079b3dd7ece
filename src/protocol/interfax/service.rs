//! The service's operations.

use tokio::io::AsyncBufRead;

use crate::soap::{Contract, Fault, Operation, Parameters, ReadError, Reply, Service};

use super::{
    Exchange,
    cancel_file_upload::{self, CancelFileUpload},
    start_file_upload::{self, StartFileUpload},
    upload_file_chunk::{self, UploadFileChunk},
};

/// The namespace of the service's elements; no slash at its end.
pub const NAMESPACE: &str = "http://www.interfax.cc";

/// What is served.
pub const CONTRACT: Contract = Contract {
    name: "InterFax",
    namespace: NAMESPACE,
    operations: &[
        start_file_upload::OPERATION,
        upload_file_chunk::OPERATION,
        cancel_file_upload::OPERATION,
    ],
};

/// An operation with its parameters.
pub enum Call {
    StartFileUpload(StartFileUpload),
    // Boxed: it is much larger than the others.
    UploadFileChunk(Box<UploadFileChunk>),
    CancelFileUpload(CancelFileUpload),
}

impl Service for Exchange<'_> {
    type Call = Call;

    fn contract(&self) -> &'static Contract {
        &CONTRACT
    }

    async fn read<R: AsyncBufRead + Unpin>(
        &self,
        operation: &'static Operation,
        parameters: &mut Parameters<'_, R>,
    ) -> Result<Call, ReadError> {
        Ok(match operation.name {
            start_file_upload::NAME => {
                Call::StartFileUpload(StartFileUpload::read(parameters).await?)
            }
            upload_file_chunk::NAME => {
                let call = UploadFileChunk::read(self, parameters).await?;
                Call::UploadFileChunk(Box::new(call))
            }
            cancel_file_upload::NAME => {
                Call::CancelFileUpload(CancelFileUpload::read(parameters).await?)
            }
            other => unreachable!("{other} is none of the operations"),
        })
    }

    async fn run(&self, call: Call) -> Result<Reply, Fault> {
        Ok(match call {
            Call::StartFileUpload(call) => call.run(self).await,
            Call::UploadFileChunk(call) => call.run(self).await,
            Call::CancelFileUpload(call) => call.run(self).await,
        })
    }
}
