//! Replies: three digits and a text, or several lines of which the last one begins with the same
//! digits and a blank.

use tokio::io::{AsyncBufRead, AsyncBufReadExt};

use super::trouble::Trouble;

/// What is kept of a line, in bytes.
const LONGEST_LINE: usize = 8 << 10;
/// The longest line, in bytes: what programs on the server say may stand in it.
const LONGEST_SURPLUS: usize = 1 << 20;
/// The most lines of a reply.
const MOST_LINES: usize = 1000;

/// A reply.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Reply {
    /// Its number.
    pub code: u16,
    /// The text of its last line.
    pub text: String,
    /// The lines before that, as they are but for their ends.
    pub lines: Vec<String>,
}

impl Reply {
    /// Reads the next reply.
    pub async fn read(
        from: &mut (impl AsyncBufRead + Unpin),
        during: &str,
    ) -> Result<Self, Trouble> {
        let first = line(from, during).await?;
        let nonsense = || Trouble::Nonsense {
            during: during.to_owned(),
            said: first.chars().take(80).collect(),
        };
        let (code, text) = numbered(&first).ok_or_else(nonsense)?;
        if !text.starts_with('-') {
            let text = text.trim_start().to_owned();
            let lines = Vec::new();
            return Ok(Self { code, text, lines });
        }
        let mut lines = vec![text[1..].to_owned()];
        while lines.len() < MOST_LINES {
            let next = line(from, during).await?;
            match numbered(&next) {
                Some((number, text)) if number == code && !text.starts_with('-') => {
                    let text = text.trim_start().to_owned();
                    return Ok(Self { code, text, lines });
                }
                Some(_) | None => lines.push(next),
            }
        }
        Err(nonsense())
    }

    /// Number and text, for messages.
    pub fn said(&self) -> String {
        let text: String = self.text.chars().take(200).collect();
        format!("{} {text}", self.code)
    }
}

/// The number at the beginning of a line, and what follows.
fn numbered(line: &str) -> Option<(u16, &str)> {
    let (digits, text) = line.split_at_checked(3)?;
    let is_number = digits.bytes().all(|byte| byte.is_ascii_digit());
    let separated = text.is_empty() || text.starts_with([' ', '-']);
    (is_number && separated).then(|| Some((digits.parse().ok()?, text)))?
}

/// The next line, cut if it is longer than that.
async fn line(from: &mut (impl AsyncBufRead + Unpin), during: &str) -> Result<String, Trouble> {
    let mut line = Vec::new();
    let mut length = 0;
    loop {
        let bytes = from.fill_buf().await.map_err(Trouble::broken(during))?;
        if bytes.is_empty() {
            return Err(Trouble::Broken {
                during: during.to_owned(),
                why: "the server has closed it".to_owned(),
            });
        }
        let end = bytes.iter().position(|byte| *byte == b'\n');
        let now = end.unwrap_or(bytes.len());
        let room = LONGEST_LINE.saturating_sub(line.len());
        line.extend_from_slice(&bytes[..now.min(room)]);
        length += now;
        from.consume(end.map_or(now, |end| end + 1));
        if end.is_some() {
            break;
        }
        if length > LONGEST_SURPLUS {
            return Err(Trouble::Nonsense {
                during: during.to_owned(),
                said: String::from_utf8_lossy(&line).chars().take(80).collect(),
            });
        }
    }
    let text = String::from_utf8_lossy(&line);
    Ok(text.strip_suffix('\r').unwrap_or(&text).to_owned())
}

#[cfg(test)]
mod tests {
    use super::{Reply, Trouble};

    async fn read(text: &str) -> Result<Reply, Trouble> {
        Reply::read(&mut text.as_bytes(), "a test").await
    }

    #[tokio::test]
    async fn replies_have_one_line_or_several() {
        let one = read("200 Job 1 submitted.\r\n").await.unwrap();
        assert_eq!((one.code, one.text.as_str()), (200, "Job 1 submitted."));
        let several =
            "217-Job state: jobid 1\r\n    STATE: DONE\r\n 217 odd\r\n500 other\r\n217 End\r\n";
        let several = read(several).await.unwrap();
        assert_eq!((several.code, several.text.as_str()), (217, "End"));
        assert_eq!(several.lines.len(), 4);
        assert_eq!(read("213\r\n").await.unwrap().text, "");
    }

    #[tokio::test]
    async fn long_lines_are_cut() {
        let long = format!("213 {}\r\n200 next\r\n", "x".repeat(100_000));
        let mut both = long.as_bytes();
        let cut = Reply::read(&mut both, "a test").await.unwrap();
        assert_eq!((cut.code, cut.text.len()), (213, 8188));
        let next = Reply::read(&mut both, "a test").await.unwrap();
        assert_eq!((next.code, next.text.as_str()), (200, "next"));
    }

    #[tokio::test]
    async fn what_is_no_reply_is_called_so() {
        for nonsense in ["HTTP/1.1 400 Bad Request\r\n", "\r\n", "20\r\n", "200x\r\n"] {
            let error = read(nonsense).await.unwrap_err();
            assert!(matches!(error, Trouble::Nonsense { .. }), "{error}");
        }
        for endless in ["2".repeat(2 << 20), "200-\n".repeat(1001)] {
            let error = read(&endless).await.unwrap_err();
            assert!(matches!(error, Trouble::Nonsense { .. }), "{error}");
        }
        for cut in ["", "200 OK", "200-first\r\n"] {
            let error = read(cut).await.unwrap_err();
            assert!(matches!(error, Trouble::Broken { .. }), "{error}");
        }
    }
}
