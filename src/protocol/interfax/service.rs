//! The service's operations.

use tokio::io::AsyncBufRead;

use crate::{
    engine::UploadError,
    soap::{Contract, Fault, Operation, Parameters, ReadError, Reply, Service, Type},
};

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

    fn panicked(&self, operation: &'static Operation) -> Result<Reply, Fault> {
        let code = self.failure(&UploadError::Internal(
            "a panic; its line in the log has the place",
        ));
        failed(operation, code)
    }
}

/// The answer of an operation that has failed, as far as its result can be a number.
fn failed(operation: &'static Operation, code: i32) -> Result<Reply, Fault> {
    match operation.result {
        Type::Int => Ok(Reply::new(operation.name).result_int(code)),
        Type::Long => Ok(Reply::new(operation.name).result_long(code.into())),
        _ => Err(Fault::server("Server was unable to process request.")),
    }
}

#[cfg(test)]
mod tests {
    use super::{CONTRACT, failed};
    use crate::soap::Version;

    #[test]
    fn what_has_panicked_is_150_where_there_is_a_number_and_else_a_fault() {
        for operation in CONTRACT.operations {
            let response = match failed(operation, -150) {
                Ok(reply) => reply.into_response(Version::V11, super::NAMESPACE),
                Err(fault) => fault.into_response(Version::V11),
            };
            let text = String::from_utf8(response.body.in_memory().unwrap().into()).unwrap();
            let number = format!("<{0}Result>-150</{0}Result>", operation.name);
            assert_ne!(text.contains(&number), response.status == 500, "{text}");
        }
        for upload in [
            "StartFileUpload",
            "UploadFileChunk",
            "CancelFileUpload",
            "SendfaxEx_2",
        ] {
            let operation = CONTRACT.operations.iter().find(|it| it.name == upload);
            assert!(failed(operation.unwrap(), -150).is_ok(), "{upload}");
        }
    }
}
