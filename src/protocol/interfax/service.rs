//! The service's operations.

use tokio::io::AsyncBufRead;

use crate::soap::{Contract, Fault, Operation, Parameters, ReadError, Reply, Service};

use super::{
    Exchange,
    cancel_file_upload::{self, CancelFileUpload},
    faxes,
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
        faxes::fax_status_ex::OPERATION,
        faxes::fax_query_2::OPERATION,
        faxes::fax_query_3::OPERATION,
        faxes::fax_query::OPERATION,
        faxes::fax_status::OPERATION,
        faxes::fax_status_xml::OPERATION,
        faxes::send_char_fax::OPERATION,
        faxes::sendfax::OPERATION,
        faxes::cancel_fax::OPERATION,
        faxes::cancel_batch::OPERATION,
        faxes::sendfax_ex::OPERATION,
        faxes::sendfax_ex_2::OPERATION,
        faxes::resend_broadcast_fax::OPERATION,
        faxes::resend_fax::OPERATION,
        faxes::get_fax_image::OPERATION,
        faxes::hide_fax::OPERATION,
        faxes::hide_batch::OPERATION,
        faxes::get_supported_file_types::OPERATION,
        faxes::is_supported_file_type::OPERATION,
        faxes::get_all_error_codes::OPERATION,
        faxes::get_error_description::OPERATION,
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
    OnFaxes(&'static Operation, Box<faxes::Call>),
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
            _ => {
                // Not on the path of chunks, whose futures would be as large as the largest of these.
                let call = Box::pin(faxes::Call::read(operation, self, parameters)).await?;
                Call::OnFaxes(operation, Box::new(call))
            }
        })
    }

    async fn run(&self, call: Call) -> Result<Reply, Fault> {
        Ok(match call {
            Call::StartFileUpload(call) => call.run(self).await,
            Call::UploadFileChunk(call) => call.run(self).await,
            Call::CancelFileUpload(call) => call.run(self).await,
            Call::OnFaxes(operation, call) => Box::pin(call.run(operation, self)).await,
        })
    }
}
