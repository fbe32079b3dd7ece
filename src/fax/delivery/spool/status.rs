//! The text of a `status`. What is not understood entirely is not understood at all.

use crate::fax::delivery::{
    Outcome, Report,
    texts::{CSID, GREATEST, TEXT, clean},
};

/// No status has more bytes.
pub(super) const LONGEST: u64 = 4096;

/// What a status means, or what is wrong with it.
pub(super) fn parse(bytes: &[u8]) -> Result<Outcome, String> {
    if bytes.len() as u64 > LONGEST {
        return Err(format!("it has more than {LONGEST} bytes"));
    }
    // Fax programs report in all kinds of character sets; only texts for people can suffer.
    let text = String::from_utf8_lossy(bytes);
    let Some(text) = text.strip_suffix('\n') else {
        return Err("it does not end with a line end, so a part of it may be missing".to_owned());
    };
    let mut lines = text
        .split('\n')
        .map(|line| line.strip_suffix('\r').unwrap_or(line));
    let first = lines.next().unwrap_or_default();
    let mut report = Report::default();
    let mut may_retry = true;
    for line in lines {
        let (word, rest) = line.split_once(' ').unwrap_or((line, ""));
        match word {
            "pages" => report.pages = number(line, rest)?,
            "duration" => report.duration = number(line, rest)?,
            "remote-csid" => report.remote_csid = clean(rest, CSID),
            "final" if rest.is_empty() => may_retry = false,
            _ => return Err(misunderstood(line)),
        }
    }
    if first == "done" {
        return Ok(Outcome::Sent(report));
    }
    let Some(failed) = first.strip_prefix("failed ") else {
        return Err(misunderstood(first));
    };
    let (code, text) = failed.split_once(' ').unwrap_or((failed, ""));
    match number(first, code)? {
        0 => Err("code 0 means success: write `done`, or `failed` with a greater code".to_owned()),
        code => Ok(Outcome::Failed {
            code,
            text: clean(text, TEXT),
            may_retry,
            report,
        }),
    }
}

fn number(line: &str, text: &str) -> Result<u32, String> {
    // Only digits, since Rust would take a sign as well.
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    let number = text.parse().ok().filter(|_| digits);
    let number = number.filter(|number| *number <= GREATEST);
    number.ok_or_else(|| {
        format!("{line:.40?} needs a number from 0 to {GREATEST} behind the first word")
    })
}

fn misunderstood(line: &str) -> String {
    format!(
        "{line:.40?} is none of: `done` or `failed <code> <text>` in the first line, then \
         `pages <n>`, `duration <seconds>`, `remote-csid <text>`, `final`"
    )
}
