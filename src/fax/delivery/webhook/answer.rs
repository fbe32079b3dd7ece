//! What an answer of the service means.

use bytes::Bytes;
use hyper::StatusCode;
use serde_json::Value;

use super::{exchange::Reply, said::Said, target::Target};
use crate::fax::delivery::texts::clean;

/// How much of what the service says is shown to people.
const EXCERPT: usize = 500;

/// What an answer means.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Answer {
    /// What it says of the attempt.
    Said(Said),
    /// It took the message, and says no more.
    Noted,
    /// It will never take it.
    Refused(String),
    /// It has not taken it, and may do so when something is mended.
    NotTaken(String),
    /// Nobody knows whether it has.
    Unknown(String),
}

/// Judges an answer. Only what the service itself can have said counts as taken: a page with which
/// something else answers on its behalf comes with 200 as well.
pub(super) fn judge(target: &Target, reply: &Reply) -> Answer {
    let Target {
        setting, authority, ..
    } = target;
    let status = reply.status.as_u16();
    let body = reply.body.as_ref().map_or(&[][..], Bytes::as_ref);
    let with = |mend: &str| {
        let excerpt = excerpt(body);
        let colon = if excerpt.is_empty() { "" } else { ": " };
        format!("{authority} answered {status}{mend}{colon}{excerpt}")
    };
    match status {
        200..=299 => success(target, reply),
        300..=399 => {
            let location = reply.location.as_deref().unwrap_or("nowhere");
            // Behind that may stand what lets us in.
            let end = location.find(['?', '#', '@']).unwrap_or(location.len());
            let location = &location[..end];
            Answer::NotTaken(format!(
                "{authority} answered {status} and redirects to {}, which is not followed: put the address that \
                 answers itself into {setting}",
                clean(location, EXCERPT)
            ))
        }
        400 | 410 | 413 | 415 | 422 => Answer::Refused(with("")),
        401 | 403 => Answer::NotTaken(with(
            ", so it does not believe the signature or lets nobody in: compare webhook.secret with its own, and the clocks",
        )),
        404 | 405 => Answer::NotTaken(with(&format!(
            ", so nothing takes faxes there: see {setting}"
        ))),
        429 => Answer::NotTaken(with(", so it is asked too often")),
        _ => Answer::Unknown(with("")),
    }
}

fn success(target: &Target, reply: &Reply) -> Answer {
    let unknown = |why: String| {
        Answer::Unknown(format!(
            "{} answered {}, but {why}; it is taken for no answer, since something else may have given it: see {}",
            target.authority,
            reply.status.as_u16(),
            target.setting
        ))
    };
    let body = match &reply.body {
        Ok(body) => body.trim_ascii(),
        Err(why) => return unknown(format!("its body did not arrive: {why}")),
    };
    if body.is_empty() && reply.status == StatusCode::ACCEPTED {
        return Answer::Noted;
    }
    match serde_json::from_slice(body) {
        Ok(Value::Object(object)) => match Said::of(&object) {
            Ok(said) => Answer::Said(said),
            Err(why) => unknown(why),
        },
        Ok(_) | Err(_) => unknown(format!(
            "its body is no object of JSON with a `status`: {:?}",
            excerpt(body)
        )),
    }
}

/// What people can read of a body: the `text` in it if it is JSON.
fn excerpt(body: &[u8]) -> String {
    let parsed = serde_json::from_slice::<Value>(body).ok();
    let text = parsed.as_ref().and_then(|it| it.get("text")?.as_str());
    match text {
        Some(text) => clean(text, EXCERPT),
        None => clean(&String::from_utf8_lossy(body), EXCERPT),
    }
}
