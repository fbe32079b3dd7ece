//! What the service says of an attempt: in its answers, and later.

use serde_json::{Map, Value};

use crate::fax::{
    delivery::{
        Outcome, Report,
        texts::{CSID, GREATEST, TEXT, clean},
    },
    outcome::CANCELLED,
};

/// The code of a failure for which the service has none.
const NO_CODE: u32 = 2;

/// What the service says of an attempt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Said {
    /// It has it.
    Accepted {
        /// How far it is, for people.
        progress: String,
    },
    /// It was sent, or will never be sent under this key.
    Ended(Outcome),
}

/// Whether an attempt ended because the service will not send it, as a withdrawal wants it.
pub(super) fn is_cancelled(outcome: &Outcome) -> bool {
    matches!(outcome, Outcome::Failed { code, .. } if *code == CANCELLED.code)
}

impl Said {
    /// What an object of JSON says.
    ///
    /// # Errors
    /// Which field is wrong.
    pub fn of(object: &Map<String, Value>) -> Result<Self, String> {
        let number = |name| number(object, name);
        let text = |name, longest| text(object, name, longest);
        let report = Report {
            pages: number("pages")?.unwrap_or(0),
            duration: number("duration")?.unwrap_or(0),
            remote_csid: text("remote_csid", CSID)?,
        };
        let explanation = text("text", TEXT)?;
        let code = number("code")?;
        let is_final = match object.get("final") {
            None | Some(Value::Null) => false,
            Some(Value::Bool(flag)) => *flag,
            Some(_) => return Err("`final` must be true or false".to_owned()),
        };
        let status = object.get("status").and_then(Value::as_str);
        Ok(match status {
            Some("accepted") => Self::Accepted {
                progress: explanation,
            },
            Some("sent") => Self::Ended(Outcome::Sent(report)),
            Some("failed") if code == Some(0) => {
                return Err("`code` 0 means success: a failure has a greater one".to_owned());
            }
            Some("failed") => Self::Ended(Outcome::Failed {
                code: code.unwrap_or(NO_CODE),
                text: explanation,
                may_retry: !is_final,
                report,
            }),
            Some("cancelled") => Self::Ended(CANCELLED.outcome()),
            _ => {
                return Err(
                    "`status` must be \"accepted\", \"sent\", \"failed\" or \"cancelled\""
                        .to_owned(),
                );
            }
        })
    }
}

fn number(object: &Map<String, Value>, name: &str) -> Result<Option<u32>, String> {
    match object.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(value) => value
            .as_u64()
            .and_then(|number| number.try_into().ok())
            .filter(|number| *number <= GREATEST)
            .map(Some)
            .ok_or_else(|| format!("`{name}` must be a whole number from 0 to {GREATEST}")),
    }
}

fn text(object: &Map<String, Value>, name: &str, longest: usize) -> Result<String, String> {
    match object.get(name) {
        None | Some(Value::Null) => Ok(String::new()),
        Some(Value::String(text)) => Ok(clean(text, longest)),
        Some(_) => Err(format!("`{name}` must be a text")),
    }
}
