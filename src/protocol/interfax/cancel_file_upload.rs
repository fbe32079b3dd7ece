//! `CancelFileUpload`: gives up a session.

use tokio::io::AsyncBufRead;

use crate::{
    engine::session::SessionKey,
    soap::{Operation, Parameter, Parameters, ReadError, Reply, Type},
};

use super::{Exchange, documents::SESSION_ID};

pub const NAME: &str = "CancelFileUpload";

pub const OPERATION: Operation = Operation {
    name: NAME,
    about: "Drops an upload that no fax has used.",
    parameters: &[Parameter::new("SessionID", Type::String).example(SESSION_ID)],
    result: Type::Int,
};

pub struct CancelFileUpload {
    session_id: String,
}

impl CancelFileUpload {
    pub async fn read<R: AsyncBufRead + Unpin>(
        parameters: &mut Parameters<'_, R>,
    ) -> Result<Self, ReadError> {
        let mut session_id = String::new();
        while parameters.next(&["SessionID"]).await?.is_some() {
            session_id = parameters.string().await?;
        }
        Ok(Self { session_id })
    }

    pub async fn run(self, exchange: &Exchange<'_>) -> Reply {
        // The original service answers 0 when no session is named: there is nothing left to cancel.
        let result = if self.session_id.is_empty() {
            exchange.success(0)
        } else {
            let key = SessionKey::of(&self.session_id);
            match exchange.engine.cancel(key, exchange.client).await {
                Ok(session) => {
                    exchange.note(|facts| facts.session = Some(session));
                    exchange.success(0)
                }
                Err(error) => exchange.failure(&error),
            }
        };
        Reply::new(NAME).result_int(result)
    }
}
