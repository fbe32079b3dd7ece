//! User name and password, which every call about faxes carries.

use tokio::io::AsyncBufRead;
use zeroize::Zeroizing;

use crate::{
    engine::{account::Account, accounts::Credentials},
    fax::FaxError,
    soap::{Parameter, Parameters, ReadError, Type},
};

use super::super::Exchange;

pub const USERNAME: Parameter = Parameter::new("Username", Type::String).example("office");
pub const PASSWORD: Parameter = Parameter::new("Password", Type::String)
    .example("secret")
    .secret();

/// A log-in on its way.
#[derive(Default)]
pub struct LogIn {
    user: Option<String>,
    password: Option<Zeroizing<String>>,
    // What came of it, if it was tried before its turn.
    tried: Option<Result<Account, FaxError>>,
}

impl LogIn {
    /// Takes the parameter that is reached, if it is one of the two.
    pub async fn take<R: AsyncBufRead + Unpin>(
        &mut self,
        name: &str,
        parameters: &mut Parameters<'_, R>,
    ) -> Result<bool, ReadError> {
        match name {
            "Username" => self.user = Some(parameters.string().await?),
            "Password" => self.password = Some(Zeroizing::new(parameters.string().await?)),
            _ => return Ok(false),
        }
        Ok(true)
    }

    /// Tries it as soon as both have come, so that document data behind them is known to be an
    /// account's; whether it is. Nothing but the count of wrong passwords changes by that.
    pub async fn try_now(&mut self, exchange: &Exchange<'_>) -> Attempt {
        if self.user.is_none() || self.password.is_none() {
            return Attempt::TooEarly;
        }
        let tried = match self.tried.take() {
            Some(tried) => tried,
            None => self.attempt(exchange).await,
        };
        let attempt = if tried.is_ok() {
            Attempt::Verified
        } else {
            Attempt::Refused
        };
        self.tried = Some(tried);
        attempt
    }

    /// The account.
    pub async fn account(mut self, exchange: &Exchange<'_>) -> Result<Account, FaxError> {
        match self.tried.take() {
            Some(tried) => tried,
            None => self.attempt(exchange).await,
        }
    }

    async fn attempt(&mut self, exchange: &Exchange<'_>) -> Result<Account, FaxError> {
        let credentials = Credentials {
            user: self.user.take().unwrap_or_default(),
            password: self.password.take().unwrap_or_default(),
        };
        let tried = exchange.log_in(&credentials).await;
        self.user = Some(credentials.user);
        self.password = Some(credentials.password);
        tried
    }
}

/// What is known of a log-in while its request is still being read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Attempt {
    /// User or password have not come yet.
    TooEarly,
    /// The account may send faxes.
    Verified,
    /// It may not, or there is none.
    Refused,
}
