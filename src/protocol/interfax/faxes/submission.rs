//! What the operations that send faxes have in common.
//!
//! Document data is handed to the engine while it arrives, as a chunk's is. It counts against the
//! client's address unless the log-in stood before it and is right; if it is wrong, the data is
//! passed over.

use time::OffsetDateTime;
use tokio::io::AsyncBufRead;

use crate::{
    engine::{Append, session::SessionKey},
    fax::{
        FaxError, Order, Source, Submitted,
        item::{FaxOptions, PageSize},
        recipients::recipients,
    },
    http::BlockBuffer,
    soap::{Operation, Parameters, ReadError, Reply},
};

use super::{
    super::{Exchange, codes},
    log_in::{Attempt, LogIn},
    sizes::{Sizes, sizes},
};

/// A call that sends faxes.
#[derive(Default)]
pub struct Submission {
    log_in: LogIn,
    numbers: String,
    contacts: String,
    data: Option<Box<Append>>,
    types: String,
    // None: the operation has no such parameter, and one document as long as its data.
    sizes: Option<String>,
    options: FaxOptions,
    retries: Option<u32>,
}

impl Submission {
    pub async fn read<R: AsyncBufRead + Unpin>(
        operation: &'static Operation,
        exchange: &Exchange<'_>,
        parameters: &mut Parameters<'_, R>,
    ) -> Result<Self, ReadError> {
        let names = operation.parameter_names();
        let mut call = Self {
            sizes: names.contains(&"FileSizes").then(String::new),
            ..Self::default()
        };
        while let Some(name) = parameters.next(&names).await? {
            if call.log_in.take(name, parameters).await? {
                continue;
            }
            match name {
                "FaxNumber" | "FaxNumbers" => call.numbers = parameters.string().await?,
                "Contacts" => call.contacts = parameters.string().await?,
                "FileData" | "FilesData" => {
                    call.read_data(exchange, parameters, Kind::Base64).await?;
                }
                "Data" => call.read_data(exchange, parameters, Kind::Text).await?,
                "FileType" | "FileTypes" => call.types = parameters.string().await?,
                "FileSizes" => call.sizes = Some(parameters.string().await?),
                _ => call.read_option(name, parameters).await?,
            }
        }
        Ok(call)
    }

    async fn read_option<R: AsyncBufRead + Unpin>(
        &mut self,
        name: &str,
        parameters: &mut Parameters<'_, R>,
    ) -> Result<(), ReadError> {
        let options = &mut self.options;
        match name {
            "Postpone" => options.postponed_until = postponed(parameters.date_time().await?),
            // Below 0, the gateway's setting holds.
            "RetriesToPerform" => self.retries = u32::try_from(parameters.int().await?).ok(),
            "CSID" => options.sender_csid = parameters.string().await?,
            "PageHeader" => options.page_header = parameters.string().await?,
            "JobID" => options.job_id = parameters.string().await?,
            "Subject" => options.subject = parameters.string().await?,
            "ReplyAddress" => options.reply_address = parameters.string().await?,
            "PageSize" => {
                let size = parameters.string().await?;
                // Deviation: nobody knows what the original does with another word. A fax on A4 is
                // better than none (`fax::options`).
                options.page_size = PageSize::parse(size.trim()).unwrap_or_default();
            }
            "PageOrientation" => {
                let orientation = parameters.string().await?;
                options.landscape = orientation.trim().eq_ignore_ascii_case("landscape");
            }
            "IsHighResolution" => options.high_resolution = parameters.boolean().await?,
            "IsFineRendering" => options.fine_rendering = parameters.boolean().await?,
            other => unreachable!("{other} is none of the parameters"),
        }
        Ok(())
    }

    async fn read_data<R: AsyncBufRead + Unpin>(
        &mut self,
        exchange: &Exchange<'_>,
        parameters: &mut Parameters<'_, R>,
        kind: Kind,
    ) -> Result<(), ReadError> {
        let mut append = exchange.engine.append(exchange.client);
        let mut keep = true;
        let mut buffer = exchange.memory.buffer();
        loop {
            let (bytes, capacity) = buffer.fill();
            let more = match kind {
                Kind::Base64 => parameters.base64(bytes, capacity).await?,
                Kind::Text => parameters.text(bytes, capacity).await?,
            };
            if more && buffer.grow() {
                continue;
            }
            // Asked when there is something to keep: most calls have nothing here.
            if append.length() == 0 && !buffer.is_empty() {
                keep = self.vouch(exchange, &mut append).await;
            }
            self.keep(keep, &mut buffer, &mut append).await;
            if !more {
                break;
            }
        }
        self.data = Some(Box::new(append));
        Ok(())
    }

    async fn vouch(&mut self, exchange: &Exchange<'_>, append: &mut Append) -> bool {
        match self.log_in.try_now(exchange).await {
            Attempt::TooEarly => true,
            Attempt::Verified => {
                append.vouch();
                true
            }
            Attempt::Refused => false,
        }
    }

    async fn keep(&self, keep: bool, buffer: &mut BlockBuffer, append: &mut Append) {
        if buffer.is_empty() {
            return;
        }
        let block = buffer.take();
        if keep {
            append.write(block).await;
        }
    }

    pub async fn run(self, operation: &'static Operation, exchange: &Exchange<'_>) -> Reply {
        // Looked at before anything else, as the original service did.
        let result = match self.sizes.as_deref().map(sizes).transpose() {
            Ok(sizes) => {
                let submitted = self.submit(operation, exchange, sizes).await;
                exchange.submitted(submitted)
            }
            Err(_) => {
                exchange.refused(codes::BAD_SIZE, "a size in FileSizes is no positive number")
            }
        };
        Reply::new(operation.name).result_long(result)
    }

    async fn submit(
        self,
        operation: &'static Operation,
        exchange: &Exchange<'_>,
        sizes: Option<Sizes>,
    ) -> Result<Submitted, FaxError> {
        let account = self.log_in.account(exchange).await?;
        let (sizes, session) = match sizes {
            Some(Sizes { sizes, session }) => (Some(sizes), session),
            None => (None, None),
        };
        let source = match session {
            // Data beside an upload is not looked at.
            Some(session) => Source::Upload(SessionKey::of(&session)),
            None => Source::Inline(
                self.data
                    .unwrap_or_else(|| Box::new(exchange.engine.append(exchange.client))),
            ),
        };
        let order = Order {
            call: operation.name,
            recipients: recipients(&self.numbers, &self.contacts),
            types: types(&self.types, sizes.is_some()),
            sizes,
            source,
            options: FaxOptions {
                retries: self.retries.unwrap_or_default(),
                ..self.options
            },
            retries_given: self.retries.is_some(),
        };
        exchange
            .as_client(async |client| exchange.faxes.submit(&account, order, client).await)
            .await
    }
}

/// How document data is written.
#[derive(Clone, Copy)]
enum Kind {
    Base64,
    Text,
}

/// The types of a list; one at its end that is empty is none. An operation for one document takes
/// it for text if it has no type.
fn types(list: &str, is_list: bool) -> Vec<String> {
    if !is_list {
        let kind = list.trim();
        return vec![if kind.is_empty() { "TXT" } else { kind }.to_owned()];
    }
    let list = list.trim();
    let list = list.strip_suffix(';').unwrap_or(list);
    if list.is_empty() {
        return Vec::new();
    }
    list.split(';').map(str::to_owned).collect()
}

/// The first moment of the original's calendar stands for none.
fn postponed(time: OffsetDateTime) -> Option<OffsetDateTime> {
    (time.year() > 1).then_some(time)
}
