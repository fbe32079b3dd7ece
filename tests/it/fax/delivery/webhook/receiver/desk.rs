//! What a service knows, and what it does.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Mutex,
};

use bytes::Bytes;
use chunkgate::fax::{
    delivery::{Attempt, Outcome},
    item::TransactionId,
};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::{
    super::signed::{SECRET, hex, now, verify},
    reaction::{Reaction, http},
    request::Request,
};

/// A fax that it has.
#[derive(Clone, Debug)]
pub struct Held {
    pub attempt: Attempt,
    pub recipient: String,
    pub documents: Vec<Bytes>,
    pub begun: bool,
    pub ended: Option<Outcome>,
}

/// What a service knows.
#[derive(Default)]
pub struct Desk {
    pub requests: Vec<Request>,
    pub reactions: Vec<Reaction>,
    /// Chooses what happens to a request, after those.
    pub mood: Option<Box<dyn FnMut() -> Reaction + Send>>,
    pub faxes: BTreeMap<String, Held>,
    pub cancelled: BTreeSet<String>,
    pub connections: usize,
    /// What it answers to a fax at once, instead of taking it.
    pub at_once: Option<Value>,
    /// Faxes that it has begun to send, one after another.
    pub begun: Vec<Held>,
}

/// Does what a service must do, and answers.
pub fn act(request: &Request, desk: &Mutex<Desk>) -> String {
    let mut desk = desk.lock().expect("no panic");
    desk.requests.push(request.clone());
    let is_fax = request.header("content-type").starts_with("multipart/");
    let message = if is_fax {
        request.parts().remove(0).bytes
    } else {
        request.body.clone()
    };
    let signature = request.header("chunkgate-signature");
    if !verify(SECRET, signature, &message, now()) {
        return http(401, "wrong signature");
    }
    let told: Value = serde_json::from_slice(&message).expect("JSON");
    let key = told["key"].as_str().expect("a key").to_owned();
    assert_eq!(request.header("idempotency-key"), key);
    // The key first: what was said of it stands.
    if is_fax {
        if desk.cancelled.contains(&key) {
            return http(200, &json!({"status": "cancelled"}).to_string());
        }
        let at_once = desk.at_once.clone();
        let held = desk
            .faxes
            .entry(key)
            .or_insert_with(|| held(request, &told));
        if let Some(status) = at_once {
            let first = !std::mem::replace(&mut held.begun, true);
            let held = held.clone();
            desk.begun.extend(first.then_some(held));
            return http(200, &status.to_string());
        }
        let status = status_of(held.ended.as_ref());
        return http(202, &status.to_string());
    }
    assert_eq!(told["event"], "cancel");
    let known = desk.faxes.get(&key);
    if let Some(held) = known.filter(|it| it.begun) {
        return http(200, &status_of(held.ended.as_ref()).to_string());
    }
    desk.cancelled.insert(key);
    http(200, &json!({"status": "cancelled"}).to_string())
}

fn held(request: &Request, told: &Value) -> Held {
    let described = told["documents"].as_array().expect("a list");
    let parts = request.parts();
    assert_eq!(parts.len(), 1 + described.len());
    let documents = parts[1..].iter().zip(described).map(|(part, described)| {
        assert_eq!(described["part"], part.name);
        assert_eq!(described["size"], part.bytes.len());
        let digest = hex(&Sha256::digest(&part.bytes));
        assert_eq!(described["sha256"], digest);
        Bytes::from(part.bytes.clone())
    });
    let number = |name: &str| told[name].as_i64().expect("a number");
    Held {
        attempt: Attempt {
            transaction: TransactionId(number("transaction").try_into().expect("small")),
            number: number("attempt").try_into().expect("small"),
        },
        recipient: told["recipient"].as_str().expect("a number").to_owned(),
        documents: documents.collect(),
        begun: false,
        ended: None,
    }
}

/// A status as the service says it.
pub fn status_of(outcome: Option<&Outcome>) -> Value {
    match outcome {
        None => json!({"status": "accepted"}),
        Some(Outcome::Sent(report)) => json!({
            "status": "sent", "pages": report.pages, "duration": report.duration,
            "remote_csid": report.remote_csid,
        }),
        Some(Outcome::Failed {
            code,
            text,
            may_retry,
            ..
        }) => json!({"status": "failed", "code": code, "text": text, "final": !may_retry}),
        Some(Outcome::Refused { .. }) => panic!("no service says so later"),
    }
}
