//! `GetFaxImage`: the documents of a fax as one TIFF.

use tokio::{fs::File, io::AsyncBufRead};

use crate::{
    fax::{FaxError, FaxImage, image::ImageError, item::TransactionId},
    soap::{Data, Operation, Parameter, Parameters, ReadError, Reply, Type},
};

use super::{
    super::Exchange,
    log_in::{LogIn, PASSWORD, USERNAME},
};

pub const OPERATION: Operation = Operation {
    name: "GetFaxImage",
    about: "Makes a TIFF image of the documents of a fax; returns 0, or a negative code.",
    parameters: &[
        USERNAME,
        PASSWORD,
        Parameter::new("TransactionID", Type::Long).example("123456"),
        Parameter::by_ref("Image", Type::Base64Binary),
    ],
    result: Type::Long,
};

#[derive(Default)]
pub struct GetFaxImage {
    log_in: LogIn,
    id: i64,
    // A `ref` parameter: an empty one comes back empty if there is no image. Bytes are not kept.
    sent_image: bool,
}

impl GetFaxImage {
    pub async fn read<R: AsyncBufRead + Unpin>(
        parameters: &mut Parameters<'_, R>,
    ) -> Result<Self, ReadError> {
        let names = ["Username", "Password", "TransactionID", "Image"];
        let mut call = Self::default();
        while let Some(name) = parameters.next(&names).await? {
            if call.log_in.take(name, parameters).await? {
                continue;
            }
            if name == "TransactionID" {
                call.id = parameters.long().await?;
            } else {
                call.sent_image = true;
                parameters.skip().await?;
            }
        }
        Ok(call)
    }

    pub async fn run(self, exchange: &Exchange<'_>) -> Reply {
        let sent_image = self.sent_image;
        let reply = Reply::new(OPERATION.name);
        match self.image(exchange).await {
            Ok(image) => reply
                .result_long(exchange.success(0).into())
                .with_ref("Image", image),
            Err(error) => reply
                .result_long(exchange.fax_failure(&error).into())
                .with_ref("Image", sent_image.then_some("")),
        }
    }

    async fn image(self, exchange: &Exchange<'_>) -> Result<Data, FaxError> {
        let id = TransactionId(i32::try_from(self.id).unwrap_or_default());
        let account = self.log_in.account(exchange).await?;
        let image = exchange.faxes.image(&account, id).await?;
        let file = File::open(&image.path)
            .await
            .map_err(|source| ImageError::Io {
                operation: "open",
                path: image.path.clone(),
                source,
            })?;
        Ok(Data::read(
            image.length,
            Held {
                file,
                _image: image,
            },
        ))
    }
}

/// A file that is there until it was sent.
struct Held {
    file: File,
    _image: FaxImage,
}

impl tokio::io::AsyncRead for Held {
    fn poll_read(
        mut self: std::pin::Pin<&mut Self>,
        context: &mut std::task::Context<'_>,
        into: &mut tokio::io::ReadBuf<'_>,
    ) -> std::task::Poll<std::io::Result<()>> {
        std::pin::Pin::new(&mut self.file).poll_read(context, into)
    }
}
