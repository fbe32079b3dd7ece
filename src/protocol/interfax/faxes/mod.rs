//! The operations on faxes.
//!
//! A file an operation, with its place in the contract; what several of them have in common:
//!
//! | file          | what |
//! |---------------|------|
//! | `log_in`      | user name and password, which all of them carry |
//! | `submission`  | sending: `SendfaxEx_2`, `SendfaxEx`, `Sendfax`, `SendCharFax`; `sizes` reads `FileSizes` |
//! | `transaction` | cancelling, hiding, sending again |
//! | `status`      | `FaxStatus`, `FaxStatusEx`, `FaxStatusXML` |
//! | `search`      | `FaxQuery2`, `FaxQuery3`; `condition` reads their conditions |
//! | `items`       | a fax in the vendor's structures |

pub mod cancel_batch;
pub mod cancel_fax;
mod condition;
pub mod fax_query;
pub mod fax_query_2;
pub mod fax_query_3;
pub mod fax_status;
pub mod fax_status_ex;
pub mod fax_status_xml;
pub mod get_all_error_codes;
pub mod get_error_description;
pub mod get_fax_image;
pub mod get_supported_file_types;
pub mod hide_batch;
pub mod hide_fax;
pub mod is_supported_file_type;
mod items;
mod log_in;
pub mod resend_broadcast_fax;
pub mod resend_fax;
mod search;
pub mod send_char_fax;
pub mod sendfax;
pub mod sendfax_ex;
pub mod sendfax_ex_2;
mod sizes;
mod status;
mod submission;
mod transaction;

use tokio::io::AsyncBufRead;

use crate::soap::{Operation, Parameters, ReadError, Reply};

use super::Exchange;
use fax_query::FaxQuery;
use get_error_description::GetErrorDescription;
use get_fax_image::GetFaxImage;
use is_supported_file_type::IsSupportedFileType;
use search::Search;
use status::Status;
use submission::Submission;
use transaction::OnTransaction;

/// An operation with its parameters.
pub enum Call {
    Submission(Submission),
    OnTransaction(OnTransaction),
    Status(Status),
    FaxQuery(FaxQuery),
    Search(Search),
    GetFaxImage(GetFaxImage),
    GetSupportedFileTypes,
    IsSupportedFileType(IsSupportedFileType),
    GetAllErrorCodes,
    GetErrorDescription(GetErrorDescription),
}

impl Call {
    /// Reads the parameters of an operation on faxes.
    pub async fn read<R: AsyncBufRead + Unpin>(
        operation: &'static Operation,
        exchange: &Exchange<'_>,
        parameters: &mut Parameters<'_, R>,
    ) -> Result<Self, ReadError> {
        Ok(match operation.name {
            "SendfaxEx_2" | "SendfaxEx" | "Sendfax" | "SendCharFax" => {
                Self::Submission(Submission::read(operation, exchange, parameters).await?)
            }
            "CancelFax" | "CancelBatch" | "HideFax" | "HideBatch" | "ReSendFax"
            | "ResendBroadcastFax" => {
                Self::OnTransaction(OnTransaction::read(operation, parameters).await?)
            }
            "FaxStatus" | "FaxStatusEx" | "FaxStatusXML" => {
                Self::Status(Status::read(operation, parameters).await?)
            }
            "FaxQuery" => Self::FaxQuery(FaxQuery::read(parameters).await?),
            "FaxQuery2" | "FaxQuery3" => Self::Search(Search::read(parameters).await?),
            "GetFaxImage" => Self::GetFaxImage(GetFaxImage::read(parameters).await?),
            "GetSupportedFileTypes" => Self::GetSupportedFileTypes,
            "IsSupportedFileType" => {
                Self::IsSupportedFileType(IsSupportedFileType::read(parameters).await?)
            }
            "GetAllErrorCodes" => Self::GetAllErrorCodes,
            "GetErrorDescription" => {
                Self::GetErrorDescription(GetErrorDescription::read(parameters).await?)
            }
            other => unreachable!("{other} is none of the operations"),
        })
    }

    /// Does what was asked.
    pub async fn run(self, operation: &'static Operation, exchange: &Exchange<'_>) -> Reply {
        match self {
            Self::Submission(call) => call.run(operation, exchange).await,
            Self::OnTransaction(call) => call.run(operation, exchange).await,
            Self::Status(call) => call.run(operation, exchange).await,
            Self::FaxQuery(call) => call.run(exchange).await,
            Self::Search(call) => call.run(operation, exchange).await,
            Self::GetFaxImage(call) => call.run(exchange).await,
            Self::GetSupportedFileTypes => get_supported_file_types::run(exchange),
            Self::IsSupportedFileType(call) => call.run(exchange),
            Self::GetAllErrorCodes => get_all_error_codes::run(exchange),
            Self::GetErrorDescription(call) => call.run(exchange),
        }
    }
}
