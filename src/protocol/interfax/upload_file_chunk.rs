//! `UploadFileChunk`: one chunk into a session.

use tokio::io::AsyncBufRead;

use crate::{
    engine::{Append, session::SessionKey},
    soap::{Operation, Parameter, Parameters, ReadError, Reply, Type},
};

use super::{Exchange, documents::SESSION_ID};

pub const NAME: &str = "UploadFileChunk";

pub const OPERATION: Operation = Operation {
    name: NAME,
    about: "Appends a chunk; returns the bytes received so far, or a negative code.",
    parameters: &[
        Parameter::new("SessionID", Type::String).example(SESSION_ID),
        Parameter::new("Chunk", Type::Base64Binary),
        Parameter::new("IsLast", Type::Boolean),
    ],
    result: Type::Int,
};

pub struct UploadFileChunk {
    append: Append,
    is_last: bool,
}

impl UploadFileChunk {
    /// Hands the chunk to the engine while it arrives, whether its session came before it or not.
    pub async fn read<R: AsyncBufRead + Unpin>(
        exchange: &Exchange<'_>,
        parameters: &mut Parameters<'_, R>,
    ) -> Result<Self, ReadError> {
        let mut append = exchange.engine.append(exchange.client);
        append = append.on(exchange.own_connection);
        let mut is_last = false;
        while let Some(name) = parameters.next(&["SessionID", "Chunk", "IsLast"]).await? {
            match name {
                "SessionID" => {
                    let key = SessionKey::of(&parameters.string().await?);
                    append.name(key).await;
                }
                "Chunk" => read_chunk(exchange, parameters, &mut append).await?,
                _ => is_last = parameters.boolean().await?,
            }
        }
        exchange.note(|facts| facts.session = append.session());
        Ok(Self { append, is_last })
    }

    pub async fn run(self, exchange: &Exchange<'_>) -> Reply {
        let result = match self.append.finish(self.is_last, || exchange.peer()).await {
            Ok(done) => {
                exchange.keep_receipt(done.receipt);
                exchange.success(done.total)
            }
            Err(error) => exchange.failure(&error),
        };
        Reply::new(NAME).result_int(result)
    }
}

async fn read_chunk<R: AsyncBufRead + Unpin>(
    exchange: &Exchange<'_>,
    parameters: &mut Parameters<'_, R>,
    append: &mut Append,
) -> Result<(), ReadError> {
    let mut buffer = exchange.memory.buffer();
    loop {
        let (bytes, capacity) = buffer.fill();
        let more = parameters.base64(bytes, capacity).await?;
        if more && buffer.grow() {
            continue;
        }
        if !buffer.is_empty() {
            append.write(buffer.take()).await;
        }
        if !more {
            return Ok(());
        }
    }
}
