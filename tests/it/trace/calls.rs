//! Reading what `strace -f -yy -o FILE` writes.

use std::collections::HashMap;

/// A system call that has returned.
#[derive(Debug)]
pub struct Call {
    pub name: String,
    arguments: String,
    pub result: i64,
    /// The lines of the trace on which it began and returned: events in the order of time.
    pub began: usize,
    pub returned: usize,
}

impl Call {
    /// What its first argument, a descriptor, leads to: a path, or `TCP:[..]`.
    pub fn target(&self) -> &str {
        let Some((_, target)) = self.arguments.split_once('<') else {
            return "";
        };
        match target.split_once(">,") {
            Some((target, _)) => target,
            None => target.trim_end().trim_end_matches('>'),
        }
    }

    /// Its arguments that are texts, or bytes.
    pub fn texts(&self) -> Vec<Vec<u8>> {
        let mut texts = Vec::new();
        let mut rest = self.arguments.as_bytes();
        while let Some(quote) = rest.iter().position(|byte| *byte == b'"') {
            let (text, after) = unescape(&rest[quote + 1..]);
            texts.push(text);
            rest = after;
        }
        texts
    }

    /// Those texts one after another.
    pub fn data(&self) -> Vec<u8> {
        self.texts().concat()
    }

    pub fn is_one_of(&self, names: &[&str]) -> bool {
        names.contains(&self.name.as_str())
    }
}

/// All calls of a trace, in the order in which they returned.
pub fn parse(trace: &str) -> Vec<Call> {
    let mut calls = Vec::new();
    // What was interrupted by another thread's line, by thread.
    let mut unfinished = HashMap::<&str, (usize, String)>::new();
    for (number, line) in trace.lines().enumerate() {
        let Some((thread, event)) = line.split_once(' ') else {
            continue;
        };
        let event = event.trim_start();
        let (began, text) = match event.split_once(" resumed>") {
            Some((head, tail)) if head.starts_with("<... ") => {
                let (began, head) = unfinished.remove(thread).expect("it began");
                (began, head + tail)
            }
            Some(_) | None => (number, event.to_owned()),
        };
        if let Some(head) = text.strip_suffix("<unfinished ...>") {
            unfinished.insert(thread, (began, head.to_owned()));
            continue;
        }
        calls.extend(whole(&text, began, number));
    }
    calls
}

/// `name(arguments) = result`; signals and exits are no calls.
fn whole(text: &str, began: usize, returned: usize) -> Option<Call> {
    let (call, result) = text.rsplit_once(" = ")?;
    let (name, arguments) = call.trim_end().strip_suffix(')')?.split_once('(')?;
    Some(Call {
        name: name.to_owned(),
        arguments: arguments.to_owned(),
        // `?` for a call that the end of the process cut off.
        result: result.split(' ').next()?.parse().ok()?,
        began,
        returned,
    })
}

/// The bytes of a C string up to its closing quote, and what comes behind that.
fn unescape(mut rest: &[u8]) -> (Vec<u8>, &[u8]) {
    let mut bytes = Vec::new();
    loop {
        match rest {
            [] => return (bytes, rest),
            [b'"', after @ ..] => return (bytes, after),
            [b'\\', b'0'..=b'7', ..] => {
                let digits = rest[1..]
                    .iter()
                    .take(3)
                    .take_while(|byte| (b'0'..=b'7').contains(*byte))
                    .count();
                let octal = std::str::from_utf8(&rest[1..=digits]).expect("digits");
                bytes.push(u8::from_str_radix(octal, 8).expect("a byte"));
                rest = &rest[digits + 1..];
            }
            [b'\\', escaped, after @ ..] => {
                bytes.push(match escaped {
                    b'n' => b'\n',
                    b'r' => b'\r',
                    b't' => b'\t',
                    b'v' => 0x0b,
                    b'f' => 0x0c,
                    other => *other,
                });
                rest = after;
            }
            [byte, after @ ..] => {
                bytes.push(*byte);
                rest = after;
            }
        }
    }
}

#[test]
fn calls_that_others_interrupt_are_put_together() {
    let trace = concat!(
        "7  fdatasync(18</d/content/ready-0> <unfinished ...>\n",
        "8  recvfrom(6<UNIX-STREAM:[1->2]>,  <unfinished ...>\n",
        "7  <... fdatasync resumed>)          = 0\n",
        "8  <... recvfrom resumed>\"S\\0\\10\\\"=\\n\", 8192, 0, NULL, NULL) = 6\n",
        "9  --- SIGTERM {si_signo=SIGTERM} ---\n",
    );
    let calls = parse(trace);
    let [sync, receive] = &calls[..] else {
        panic!("{calls:?}");
    };
    assert_eq!((sync.target(), sync.result), ("/d/content/ready-0", 0));
    assert_eq!((sync.began, sync.returned), (0, 2));
    assert_eq!(receive.target(), "UNIX-STREAM:[1->2]");
    assert_eq!(receive.data(), b"S\0\x08\"=\n");
}
