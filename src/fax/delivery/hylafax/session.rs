//! A session with hfaxd, whose protocol resembles FTP.
//!
//! No command waits for longer than `hylafax.command_timeout`, and nothing that the server says is
//! read without a limit. A session that was given up in the middle of a command is of no use any
//! more; dropping it closes the connection, and hfaxd then forgets what was not submitted.

use std::{net::IpAddr, time::Duration};

use bytes::Bytes;
use futures_util::{Stream, StreamExt};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt, BufReader},
    net::{TcpStream, lookup_host},
    sync::OwnedSemaphorePermit,
    time::timeout,
};

use super::{reply::Reply, settings::HylafaxSettings, trouble::Trouble};
use crate::engine::UploadError;

/// Who is logged in.
pub(super) struct Session {
    control: BufReader<TcpStream>,
    peer: IpAddr,
    connect_timeout: Duration,
    command_timeout: Duration,
    // Given back when the connection is over.
    _place: OwnedSemaphorePermit,
}

/// The form of a document, as hfaxd calls it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    Pdf,
    PostScript,
    Tiff,
    Pcl,
}

impl Form {
    fn name(self) -> &'static str {
        match self {
            Self::Pdf => "PDF",
            Self::PostScript => "PS",
            Self::Tiff => "TIFF",
            Self::Pcl => "PCL",
        }
    }
}

impl Session {
    /// Connects in a place among all connections, and logs in.
    pub async fn open(
        settings: &HylafaxSettings,
        place: OwnedSemaphorePermit,
    ) -> Result<Self, Trouble> {
        let address = settings.address();
        let unreachable = |why: String| Trouble::Unreachable {
            address: address.clone(),
            why,
        };
        let within = settings.connect_timeout;
        let stream = match timeout(within, connect(&address)).await {
            Ok(connected) => connected.map_err(|error| unreachable(error.to_string()))?,
            Err(_elapsed) => return Err(unreachable(format!("no answer within {within:?}"))),
        };
        let peer = stream
            .peer_addr()
            .map_err(|error| unreachable(error.to_string()))?;
        let mut session = Self {
            control: BufReader::new(stream),
            peer: peer.ip(),
            connect_timeout: within,
            command_timeout: settings.command_timeout,
            _place: place,
        };
        session.reply("the greeting", &[220]).await?;
        session.log_in(settings).await?;
        session.command("TZONE GMT", &[200]).await?;
        // Longer than any of our waits, and no session stays for ever whose end was never seen.
        let idle = (settings.command_timeout * 4).as_secs().max(60);
        session.command(&format!("IDLE {idle}"), &[213]).await?;
        session.command("TYPE I", &[200]).await?;
        Ok(session)
    }

    async fn log_in(&mut self, settings: &HylafaxSettings) -> Result<(), Trouble> {
        let user = &settings.user;
        let mut reply = self.say(&format!("USER {user}"), "USER").await?;
        if reply.code == 331 {
            let password = settings.password.as_ref().map_or("", |it| it.expose());
            reply = self
                .say(&format!("PASS {}", quoted(password)), "PASS")
                .await?;
            // hfaxd says a line that it does not understand back.
            reply.text.clear();
        }
        if reply.code == 230 {
            return Ok(());
        }
        Err(Trouble::NotLetIn {
            user: user.clone(),
            said: reply.said(),
        })
    }

    /// Sends a command, which is not secret, and reads the reply; one of another number than
    /// `expected` is an error.
    pub async fn command(&mut self, command: &str, expected: &[u16]) -> Result<Reply, Trouble> {
        let name = name_of(command);
        let reply = self.say(command, name).await?;
        wanted(reply, name, expected)
    }

    /// Sends a command and reads the reply, whatever it is.
    pub async fn say(&mut self, command: &str, name: &str) -> Result<Reply, Trouble> {
        // One command is one line, whatever stands in it.
        let line: String = command.chars().filter(|c| !c.is_control()).collect();
        let sent = self.control.get_mut();
        let sent = async {
            sent.write_all(format!("{line}\r\n").as_bytes()).await?;
            sent.flush().await
        };
        match timeout(self.command_timeout, sent).await {
            Ok(sent) => sent.map_err(Trouble::broken(name))?,
            Err(_elapsed) => return Err(self.silent(name)),
        }
        self.any_reply(name).await
    }

    async fn any_reply(&mut self, during: &str) -> Result<Reply, Trouble> {
        match timeout(self.command_timeout, Reply::read(&mut self.control, during)).await {
            Ok(Ok(reply)) if reply.code == 421 => Err(Trouble::Broken {
                during: during.to_owned(),
                why: reply.said(),
            }),
            Ok(reply) => reply,
            Err(_elapsed) => Err(self.silent(during)),
        }
    }

    async fn reply(&mut self, during: &str, expected: &[u16]) -> Result<Reply, Trouble> {
        wanted(self.any_reply(during).await?, during, expected)
    }

    fn silent(&self, during: &str) -> Trouble {
        Trouble::Silent {
            during: during.to_owned(),
            within: self.command_timeout,
        }
    }

    /// Opens a connection for data. It goes where the control connection goes, whatever address the
    /// server names.
    async fn data(&mut self) -> Result<TcpStream, Trouble> {
        let extended = self.say("EPSV", "EPSV").await?;
        let (reply, port) = if extended.code == 229 {
            let port = extended_port(&extended.text);
            (extended, port)
        } else {
            let plain = self.command("PASV", &[227]).await?;
            let port = plain_port(&plain.text);
            (plain, port)
        };
        let Some(port) = port else {
            return Err(Trouble::Nonsense {
                during: "PASV".to_owned(),
                said: reply.said(),
            });
        };
        let broken = Trouble::broken("opening a connection for data");
        match timeout(self.connect_timeout, TcpStream::connect((self.peer, port))).await {
            Ok(connected) => connected.map_err(broken),
            Err(_elapsed) => Err(self.silent("opening a connection for data")),
        }
    }

    /// Stores a document for as long as the session lasts; returns its name there.
    pub async fn store(
        &mut self,
        form: Form,
        mut document: impl Stream<Item = Result<Bytes, UploadError>> + Unpin,
    ) -> Result<String, Trouble> {
        self.command(&format!("FORM {}", form.name()), &[200])
            .await?;
        let mut data = self.data().await?;
        let opened = self.command("STOT", &[150, 125]).await?;
        let name = stored_name(&opened.text).ok_or_else(|| Trouble::Nonsense {
            during: "STOT".to_owned(),
            said: opened.said(),
        })?;
        let mut length = 0;
        while let Some(bytes) = document.next().await {
            let bytes = bytes?;
            length += bytes.len() as u64;
            match timeout(self.command_timeout, data.write_all(&bytes)).await {
                Ok(written) => written.map_err(Trouble::broken("sending a document"))?,
                Err(_elapsed) => return Err(self.silent("sending a document")),
            }
        }
        let closed = data.shutdown().await;
        closed.map_err(Trouble::broken("sending a document"))?;
        drop(data);
        self.reply("sending a document", &[226]).await?;
        // What breaks the connection for data looks like its end.
        let size = self.command(&format!("SIZE {name}"), &[213]).await?;
        if size.text.trim().parse() != Ok(length) {
            return Err(Trouble::Broken {
                during: "sending a document".to_owned(),
                why: format!("{length} bytes were sent, {} arrived", size.text),
            });
        }
        Ok(name)
    }

    /// Reads everything that a command has to say on a connection for data, at most `limit` bytes.
    pub async fn fetch(&mut self, command: &str, limit: usize) -> Result<Vec<u8>, Trouble> {
        let during = name_of(command);
        let mut data = self.data().await?;
        self.command(command, &[150, 125]).await?;
        let mut all = Vec::new();
        let mut portion = vec![0; 16 << 10];
        loop {
            let read = match timeout(self.command_timeout, data.read(&mut portion)).await {
                Ok(read) => read.map_err(Trouble::broken(during))?,
                Err(_elapsed) => return Err(self.silent(during)),
            };
            if read == 0 {
                break;
            }
            all.extend_from_slice(&portion[..read]);
            if all.len() > limit {
                return Err(Trouble::Nonsense {
                    during: during.to_owned(),
                    said: format!("more than {limit} bytes"),
                });
            }
        }
        drop(data);
        self.reply(during, &[226]).await?;
        Ok(all)
    }

    /// Ends the session in order. Nothing depends on it.
    pub async fn close(mut self) {
        let _ = self.say("QUIT", "QUIT").await;
    }
}

/// A text as one word of a command.
pub(super) fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', r"\\").replace('"', r#"\""#))
}

async fn connect(address: &str) -> std::io::Result<TcpStream> {
    let mut last = None;
    for candidate in lookup_host(address).await? {
        match TcpStream::connect(candidate).await {
            Ok(stream) => {
                stream.set_nodelay(true)?;
                return Ok(stream);
            }
            Err(error) => last = Some(error),
        }
    }
    Err(last.unwrap_or_else(|| std::io::Error::other("the name has no address")))
}

fn wanted(reply: Reply, during: &str, expected: &[u16]) -> Result<Reply, Trouble> {
    if expected.contains(&reply.code) {
        return Ok(reply);
    }
    Err(Trouble::Refused {
        command: during.to_owned(),
        code: reply.code,
        said: reply.said(),
    })
}

/// A command without its values: `JPARM DIALSTRING`.
fn name_of(command: &str) -> &str {
    let words = if command.starts_with("JPARM ") { 2 } else { 1 };
    let end = command.match_indices(' ').nth(words - 1);
    end.map_or(command, |(end, _)| &command[..end])
}

/// The port in `(|||port|)`.
fn extended_port(text: &str) -> Option<u16> {
    let (_, rest) = text.split_once("(|||")?;
    rest.split_once("|)")?.0.parse().ok()
}

/// The port in `(a,b,c,d,high,low)`.
fn plain_port(text: &str) -> Option<u16> {
    let (_, rest) = text.split_once('(')?;
    let numbers: Option<Vec<u8>> = rest
        .split_once(')')?
        .0
        .split(',')
        .map(|number| number.trim().parse().ok())
        .collect();
    match numbers?.as_slice() {
        [_, _, _, _, high, low] => Some(u16::from_be_bytes([*high, *low])),
        _ => None,
    }
}

/// The name in `FILE: /tmp/doc1.pdf (...)`.
fn stored_name(text: &str) -> Option<String> {
    let (_, rest) = text.split_once("FILE: ")?;
    let name = rest.split([' ', '(']).next()?;
    let is_name = |c: char| c.is_ascii_alphanumeric() || "/._-".contains(c);
    (!name.is_empty() && name.chars().all(is_name)).then(|| name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::{extended_port, name_of, plain_port, stored_name};

    #[test]
    fn ports_are_read() {
        let extended = "Entering Extended Passive Mode (|||37531|)";
        assert_eq!(extended_port(extended), Some(37531));
        assert_eq!(extended_port("(|||70000|)"), None);
        let plain = "Entering passive mode (127,0,0,1,143,95)";
        assert_eq!(plain_port(plain), Some(143 * 256 + 95));
        assert_eq!(plain_port("(127,0,0,1,143)"), None);
        assert_eq!(plain_port("(127,0,0,1,143,256)"), None);
    }

    #[test]
    fn names_are_read() {
        let stored = "FILE: /tmp/doc1.pdf (Opening new data connection).";
        assert_eq!(stored_name(stored).as_deref(), Some("/tmp/doc1.pdf"));
        assert_eq!(stored_name("FILE: a\"b (x)"), None);
        assert_eq!(stored_name("FILE: "), None);
        assert_eq!(name_of("JPARM TSI \"secret\""), "JPARM TSI");
        assert_eq!(name_of("JSUBM 12"), "JSUBM");
        assert_eq!(name_of("JNEW"), "JNEW");
        assert_eq!(name_of("JPARM"), "JPARM");
    }
}
