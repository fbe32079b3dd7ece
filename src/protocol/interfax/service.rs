//! The service's operations.

use tokio::io::AsyncBufRead;

use crate::soap::{Fault, Parameters, ReadError, Reply, Service};

use super::{
    Exchange,
    cancel_file_upload::{self, CancelFileUpload},
    start_file_upload::{self, StartFileUpload},
    upload_file_chunk::{self, UploadFileChunk},
};

/// The namespace of the service's elements; no slash at its end.
pub const NAMESPACE: &str = "http://www.interfax.cc";

/// The operations that are served.
pub const OPERATIONS: &[&str] = &[
    start_file_upload::NAME,
    upload_file_chunk::NAME,
    cancel_file_upload::NAME,
];

/// An operation with its parameters.
pub enum Call {
    StartFileUpload(StartFileUpload),
    // Boxed: it is much larger than the others.
    UploadFileChunk(Box<UploadFileChunk>),
    CancelFileUpload(CancelFileUpload),
}

impl Service for Exchange<'_> {
    type Call = Call;

    fn namespace(&self) -> &'static str {
        NAMESPACE
    }

    fn operations(&self) -> &'static [&'static str] {
        OPERATIONS
    }

    async fn read<R: AsyncBufRead + Unpin>(
        &self,
        operation: &'static str,
        parameters: &mut Parameters<'_, R>,
    ) -> Result<Call, ReadError> {
        Ok(match operation {
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
