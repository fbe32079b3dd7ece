//! What may go wrong with a server.

use std::{io, time::Duration};

use super::super::DeliveryError;
use crate::engine::UploadError;

/// Why a server did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum Trouble {
    /// There is nobody.
    #[error(
        "the HylaFAX server {address} cannot be reached ({why}): see whether hfaxd runs there \
         (`hfaxd -i 4559`), or mend hylafax.server"
    )]
    Unreachable {
        /// Host and port.
        address: String,
        /// What happened.
        why: String,
    },
    /// All connections are in use.
    #[error(
        "all connections to the HylaFAX server are in use: raise hylafax.max_connections, or see \
         why it is slow"
    )]
    Busy,
    /// It says nothing.
    #[error("the HylaFAX server has said nothing for {within:?} during {during}")]
    Silent {
        /// What was going on.
        during: String,
        /// `hylafax.command_timeout`.
        within: Duration,
    },
    /// The connection broke.
    #[error("the connection to the HylaFAX server broke during {during}: {why}")]
    Broken {
        /// What was going on.
        during: String,
        /// What happened.
        why: String,
    },
    /// It does not speak the protocol.
    #[error(
        "the HylaFAX server answered {during} with what is no reply of hfaxd's ({said:?}): see \
         whether hylafax.server is the address of an hfaxd"
    )]
    Nonsense {
        /// What was going on.
        during: String,
        /// The beginning of what it said.
        said: String,
    },
    /// It does not let us in.
    #[error(
        "the HylaFAX server does not let user {user} in ({said}): mend hylafax.user and \
         hylafax.password, or let the user in there with `faxadduser`"
    )]
    NotLetIn {
        /// The user.
        user: String,
        /// Its reply.
        said: String,
    },
    /// It refuses a command.
    #[error("the HylaFAX server refuses {command}: {said}")]
    Refused {
        /// The command, without secrets.
        command: String,
        /// The reply's number.
        code: u16,
        /// Number and text.
        said: String,
    },
    /// The documents cannot be read.
    #[error(transparent)]
    Content(#[from] UploadError),
    /// Something here.
    #[error("a text could not be typeset for HylaFAX: {0}")]
    Typesetting(String),
}

impl Trouble {
    pub(super) fn broken(during: &str) -> impl FnOnce(io::Error) -> Self {
        let during = during.to_owned();
        move |error| Self::Broken {
            during,
            why: error.to_string(),
        }
    }
}

impl From<Trouble> for DeliveryError {
    fn from(trouble: Trouble) -> Self {
        match trouble {
            Trouble::Content(error) => Self::Content(error),
            trouble @ (Trouble::Unreachable { .. }
            | Trouble::Busy
            | Trouble::Silent { .. }
            | Trouble::Broken { .. }
            | Trouble::Nonsense { .. }
            | Trouble::NotLetIn { .. }
            | Trouble::Refused { .. }
            | Trouble::Typesetting(_)) => Self::Unavailable(trouble.to_string()),
        }
    }
}
