//! `StartFileUpload`: logs in and starts a session.

use tokio::io::AsyncBufRead;
use zeroize::Zeroizing;

use crate::{
    engine::accounts::Credentials,
    soap::{Operation, Parameter, Parameters, ReadError, Reply, Type},
};

use super::{Exchange, documents::SESSION_ID};

pub const NAME: &str = "StartFileUpload";

pub const OPERATION: Operation = Operation {
    name: NAME,
    about: "Begins an upload; SessionID names it in the calls that follow.",
    parameters: &[
        Parameter::new("Username", Type::String).example("office"),
        Parameter::new("Password", Type::String)
            .example("secret")
            .secret(),
        Parameter::by_ref("SessionID", Type::String).example(SESSION_ID),
    ],
    result: Type::Int,
};

pub struct StartFileUpload {
    credentials: Credentials,
    // A `ref` parameter: what came in goes out again, unless a session is put there.
    session_id: Option<String>,
}

impl StartFileUpload {
    pub async fn read<R: AsyncBufRead + Unpin>(
        parameters: &mut Parameters<'_, R>,
    ) -> Result<Self, ReadError> {
        let mut call = Self {
            credentials: Credentials {
                user: String::new(),
                password: Zeroizing::default(),
            },
            session_id: None,
        };
        while let Some(name) = parameters
            .next(&["Username", "Password", "SessionID"])
            .await?
        {
            let value = parameters.string().await?;
            match name {
                "Username" => call.credentials.user = value,
                "Password" => call.credentials.password = Zeroizing::new(value),
                _ => call.session_id = Some(value),
            }
        }
        Ok(call)
    }

    pub async fn run(self, exchange: &Exchange<'_>) -> Reply {
        let started = exchange
            .engine
            .start_session(&self.credentials, exchange.client, super::PROTOCOL)
            .await;
        let (result, session_id) = match started {
            Ok(started) => {
                exchange.note(|facts| {
                    facts.session = Some(started.id);
                    facts.account = Some(started.account);
                });
                (exchange.success(0), Some(started.token.expose().to_owned()))
            }
            Err(error) => (exchange.failure(&error), self.session_id),
        };
        Reply::new(NAME)
            .result_int(result)
            .ref_string("SessionID", session_id)
    }
}
