//! Signatures: `t=<unix seconds>,v1=<hex of HMAC-SHA256(secret, "<t>." + the signed bytes)>`.
//!
//! Each covers the time at which it was made, so that an old message cannot be passed off as a new
//! one.

use std::time::Duration;

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::{fax::delivery::facts::hex, settings::Secret};

/// The header in which it stands.
pub const HEADER: &str = "chunkgate-signature";
/// The header as it is written in texts for people.
const NAME: &str = "Chunkgate-Signature";

/// Why a message is not believed; for the developer who made its signature.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unsigned {
    /// There is none.
    #[error("the header {NAME} is missing")]
    Missing,
    /// It is not written as it should be.
    #[error("the header {NAME} is malformed: it must read t=<unix seconds>,v1=<64 hex digits>")]
    Malformed,
    /// It is too old, or of the future.
    #[error(
        "the time of the signature is {signed} and the gateway's clock says {now}: they may be {tolerance} s apart \
         (webhook.tolerance)"
    )]
    Time {
        /// The signature's.
        signed: u64,
        /// Ours.
        now: u64,
        /// How far they may be apart, in seconds.
        tolerance: u64,
    },
    /// It is another message's, or made with another secret.
    #[error(
        "the signature is wrong: it must be the HMAC-SHA256, keyed with webhook.secret, of the time, a dot and the raw \
         bytes of the body"
    )]
    Wrong,
}

/// Signs `bytes` at this time, in Unix seconds.
pub(super) fn sign(secret: &Secret, time: u64, bytes: &[u8]) -> String {
    let digest = digest(secret, &time.to_string(), bytes).finalize();
    format!("t={time},v1={}", hex(&digest.into_bytes()))
}

/// Whether `header` is a signature of `bytes`, made not too long before or after `now`.
pub(super) fn verify(
    secret: &Secret,
    header: Option<&[u8]>,
    bytes: &[u8],
    now: u64,
    tolerance: Duration,
) -> Result<(), Unsigned> {
    let header = header.ok_or(Unsigned::Missing)?;
    let (written, signature) = parse(header).ok_or(Unsigned::Malformed)?;
    let signed = written.parse().map_err(|_| Unsigned::Malformed)?;
    // In constant time.
    digest(secret, written, bytes)
        .verify_slice(&signature)
        .map_err(|_| Unsigned::Wrong)?;
    in_time(signed, now, tolerance)
}

/// Whether `header` looks like a signature made not too long before or after `now`.
pub(super) fn is_plausible(
    header: Option<&[u8]>,
    now: u64,
    tolerance: Duration,
) -> Result<(), Unsigned> {
    let header = header.ok_or(Unsigned::Missing)?;
    let (written, _) = parse(header).ok_or(Unsigned::Malformed)?;
    let signed = written.parse().map_err(|_| Unsigned::Malformed)?;
    in_time(signed, now, tolerance)
}

fn in_time(signed: u64, now: u64, tolerance: Duration) -> Result<(), Unsigned> {
    let tolerance = tolerance.as_secs();
    if now.abs_diff(signed) > tolerance {
        return Err(Unsigned::Time {
            signed,
            now,
            tolerance,
        });
    }
    Ok(())
}

fn parse(header: &[u8]) -> Option<(&str, [u8; 32])> {
    let text = std::str::from_utf8(header).ok()?;
    let (time, signature) = text.split_once(',')?;
    let time = time.strip_prefix("t=")?;
    if time.is_empty() || !time.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let digits = signature.strip_prefix("v1=")?.as_bytes();
    let mut bytes = [0; 32];
    if digits.len() != 2 * bytes.len() {
        return None;
    }
    for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
        *byte = digit(pair[0])? << 4 | digit(pair[1])?;
    }
    Some((time, bytes))
}

fn digit(byte: u8) -> Option<u8> {
    char::from(byte).to_digit(16)?.try_into().ok()
}

fn digest(secret: &Secret, time: &str, bytes: &[u8]) -> Hmac<Sha256> {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.expose().as_bytes())
        .unwrap_or_else(|_| unreachable!("a key may have any length"));
    mac.update(time.as_bytes());
    mac.update(b".");
    mac.update(bytes);
    mac
}

#[cfg(test)]
mod tests {
    use super::{Duration, Secret, Unsigned, sign, verify};

    const FIVE: Duration = Duration::from_secs(5);

    fn secret() -> Secret {
        Secret::new("0123456789abcdef0123456789abcdef")
    }

    fn verdict(header: &str, bytes: &[u8], now: u64) -> Result<(), Unsigned> {
        verify(&secret(), Some(header.as_bytes()), bytes, now, FIVE)
    }

    #[test]
    fn it_is_the_hmac_that_everybody_else_computes() {
        // printf '1700000000.{}' | openssl dgst -sha256 -hmac 0123456789abcdef0123456789abcdef
        let expected =
            "t=1700000000,v1=417adf36b901772f658597a76d329694e335e65fc0849d7715c3ca33406309b5";
        assert_eq!(sign(&secret(), 1_700_000_000, b"{}"), expected);
    }

    #[test]
    fn it_holds_for_its_bytes_its_time_and_its_secret_only() {
        let header = sign(&secret(), 100, b"fax");
        assert_eq!(verdict(&header, b"fax", 100), Ok(()));
        assert_eq!(verdict(&header, b"fay", 100), Err(Unsigned::Wrong));
        assert_eq!(verdict(&header, b"", 100), Err(Unsigned::Wrong));
        let later = header.replace("t=100", "t=101");
        assert_eq!(verdict(&later, b"fax", 100), Err(Unsigned::Wrong));
        let other = Secret::new("0123456789abcdef0123456789abcdeg");
        let made = verify(&other, Some(header.as_bytes()), b"fax", 100, FIVE);
        assert_eq!(made, Err(Unsigned::Wrong));
        assert_eq!(
            verify(&secret(), None, b"fax", 100, FIVE),
            Err(Unsigned::Missing)
        );
        for position in header.len() - 64..header.len() {
            let mut changed = header.clone().into_bytes();
            changed[position] = if changed[position] == b'0' {
                b'1'
            } else {
                b'0'
            };
            let changed = String::from_utf8(changed).expect("text");
            assert_eq!(verdict(&changed, b"fax", 100), Err(Unsigned::Wrong));
        }
    }

    #[test]
    fn it_holds_for_a_while_in_both_directions() {
        let header = sign(&secret(), 100, b"fax");
        for (now, holds) in [
            (94, false),
            (95, true),
            (105, true),
            (106, false),
            (0, false),
        ] {
            assert_eq!(verdict(&header, b"fax", now).is_ok(), holds, "{now}");
        }
    }

    #[test]
    fn nothing_else_is_a_signature() {
        let good = sign(&secret(), 100, b"fax");
        let wrong = [
            String::new(),
            "t=100".to_owned(),
            good.replace("t=", "T="),
            good.replace("v1=", "v2="),
            good.replace("t=100", "t="),
            good.replace("t=100", "t=+100"),
            good.replace("t=100", "t=-100"),
            good.replace("t=100", "t=99999999999999999999"),
            good.replace(',', ", "),
            format!("{good}0"),
            good[..good.len() - 1].to_owned(),
            format!("{}g", &good[..good.len() - 1]),
            format!(" {good}"),
        ];
        for header in wrong {
            let verdict = verdict(&header, b"fax", 100);
            assert_eq!(verdict, Err(Unsigned::Malformed), "{header}");
        }
    }
}
