//! Signatures, made and checked by other code than the gateway's.

use std::{
    fmt::Write,
    time::{SystemTime, UNIX_EPOCH},
};

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// The secret of all tests.
pub const SECRET: &str = "a secret of the tests, and of nobody else";

/// Bytes in hex.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// The signature of a message at a time.
pub fn sign(secret: &str, time: u64, message: &[u8]) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).expect("a key");
    mac.update(&[format!("{time}.").as_bytes(), message].concat());
    let digest = hex(&mac.finalize().into_bytes());
    format!("t={time},v1={digest}")
}

/// Whether a signature is the message's, and not older than five minutes.
pub fn verify(secret: &str, signature: &str, message: &[u8], now: u64) -> bool {
    let time = signature
        .strip_prefix("t=")
        .and_then(|it| it.split_once(','))
        .and_then(|(time, _)| time.parse().ok());
    time.is_some_and(|time: u64| {
        now.abs_diff(time) <= 300 && sign(secret, time, message) == signature
    })
}

/// Seconds since 1970.
pub fn now() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.expect("a time").as_secs()
}
