//! A wire between an engine and Postgres that breaks when it is told to.

use std::{
    collections::HashMap,
    io,
    path::PathBuf,
    sync::{Arc, Mutex},
    time::Duration,
};

use tempfile::TempDir;
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWriteExt, BufReader},
    net::{UnixListener, UnixStream, unix::OwnedWriteHalf},
    sync::{Notify, watch},
    task::JoinHandle,
};
use tokio_postgres::{
    Config,
    config::{Host, SslMode},
};

/// What happens to the next statement of a kind.
#[derive(Clone, Debug)]
pub enum Fate {
    /// It never reaches the server, and the connection breaks.
    LoseRequest,
    /// The server runs it, and the connection breaks before the answer.
    LoseAnswer,
    /// The connection breaks, and the server gets the statement when it is told to.
    Late(Arc<Notify>),
}

#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum State {
    #[default]
    Up,
    /// Nothing passes, and nothing breaks.
    Frozen,
    /// Connections are cut, and new ones too.
    Down,
}

#[derive(Clone, Copy, Default)]
struct Wire {
    state: State,
    /// Connections of an earlier age stay frozen.
    age: u32,
}

/// A Unix socket before the server's own.
pub struct Proxy {
    shared: Arc<Shared>,
    config: Config,
    listening: JoinHandle<()>,
    _directory: TempDir,
}

struct Shared {
    server: PathBuf,
    wire: watch::Sender<Wire>,
    fates: Mutex<HashMap<&'static str, Fate>>,
    // Late statements that the server has run.
    late: watch::Sender<u32>,
}

impl Proxy {
    /// A wire to the server of `config`.
    pub fn new(mut config: Config) -> Self {
        let Some(Host::Unix(server)) = config.get_hosts().first() else {
            panic!("the tests' server listens on a Unix socket")
        };
        let name = format!(".s.PGSQL.{}", config.get_ports().first().unwrap_or(&5432));
        let shared = Arc::new(Shared {
            server: server.join(&name),
            wire: watch::Sender::default(),
            fates: Mutex::default(),
            late: watch::Sender::new(0),
        });
        let directory = tempfile::tempdir().expect("a folder");
        let listener = UnixListener::bind(directory.path().join(&name)).expect("a socket");
        config = {
            let mut ours = Config::new();
            ours.host_path(directory.path());
            // The negotiation of TLS is no message like the others.
            ours.ssl_mode(SslMode::Disable);
            ours.port(*config.get_ports().first().unwrap_or(&5432));
            ours.user(config.get_user().expect("a role"));
            ours.dbname(config.get_dbname().expect("a database"));
            ours
        };
        let serving = Arc::clone(&shared);
        let listening = tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let shared = Arc::clone(&serving);
                tokio::spawn(async move {
                    // A broken wire is what the tests are about.
                    let _broken = shared.carry(client).await;
                });
            }
        });
        Self {
            shared,
            config,
            listening,
            _directory: directory,
        }
    }

    /// How the database is reached through it.
    pub fn config(&self) -> Config {
        self.config.clone()
    }

    /// Decides on the next run of `statement`.
    pub fn next(&self, statement: &'static str, fate: Fate) {
        let mut fates = self.shared.fates.lock().expect("no panic");
        fates.insert(statement, fate);
    }

    /// Whether what was decided has happened.
    pub fn is_used_up(&self) -> bool {
        self.shared.fates.lock().expect("no panic").is_empty()
    }

    pub fn cut(&self) {
        self.set(State::Down);
    }

    pub fn freeze(&self) {
        self.set(State::Frozen);
    }

    pub fn mend(&self) {
        self.set(State::Up);
    }

    /// Nothing passes any more on the connections there are; new ones work.
    pub fn abandon(&self) {
        self.shared.wire.send_modify(|wire| wire.age += 1);
    }

    fn set(&self, state: State) {
        self.shared.wire.send_modify(|wire| wire.state = state);
    }

    /// Waits until the server has run a late statement.
    pub async fn late_statement_has_run(&self) {
        let mut late = self.shared.late.subscribe();
        let waiting = late.wait_for(|count| *count > 0);
        let waited = tokio::time::timeout(Duration::from_secs(20), waiting).await;
        waited.expect("in time").expect("a proxy");
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.listening.abort();
    }
}

impl Shared {
    async fn carry(self: Arc<Self>, client: UnixStream) -> io::Result<()> {
        let mut wire = self.wire.subscribe();
        let Wire { state, age } = *wire.borrow();
        if state == State::Down {
            return Ok(());
        }
        let server = UnixStream::connect(&self.server).await?;
        let (from_client, to_client) = client.into_split();
        let (from_server, to_server) = server.into_split();
        let mute = watch::Sender::new(false);
        let requests = self.requests(BufReader::new(from_client), to_server, &mute, age);
        let mut from_server = BufReader::new(from_server);
        let late = {
            let answers = self.answers(&mut from_server, to_client, &mute, age);
            tokio::select! {
                late = requests => late?,
                result = answers => return result,
                _ = wire.wait_for(|wire| wire.state == State::Down) => return Ok(()),
            }
        };
        // The client's end is closed by now; the server's when it has answered.
        if let Some(mut late) = late {
            late.go.notified().await;
            late.server.write_all(&late.bytes).await?;
            while message(&mut from_server).await?[0] != b'Z' {}
            self.late.send_modify(|count| *count += 1);
        }
        Ok(())
    }

    async fn thawed(&self, age: u32) {
        let mut wire = self.wire.subscribe();
        let thawed = |wire: &Wire| wire.state != State::Frozen && wire.age == age;
        let _closed = wire.wait_for(thawed).await;
    }

    async fn requests<R: AsyncRead + Unpin>(
        &self,
        mut client: R,
        mut server: OwnedWriteHalf,
        mute: &watch::Sender<bool>,
        age: u32,
    ) -> io::Result<Option<Late>> {
        let startup = body(&mut client, Vec::new()).await?;
        self.thawed(age).await;
        server.write_all(&startup).await?;
        let mut statements: HashMap<Vec<u8>, Vec<u8>> = HashMap::new();
        loop {
            let message = message(&mut client).await?;
            let mut words = message[5..].split(|&byte| byte == 0);
            let mut word = || words.next().unwrap_or_default().to_vec();
            match message[0] {
                b'P' => {
                    let name = word();
                    statements.insert(name, word());
                }
                b'B' => {
                    let _portal = word();
                    let text = statements.get(&word());
                    match text.and_then(|text| self.fate_of(text)) {
                        None => {}
                        Some(Fate::LoseRequest) => return Ok(None),
                        Some(Fate::LoseAnswer) => {
                            mute.send_replace(true);
                        }
                        Some(Fate::Late(go)) => {
                            let mut bytes = message;
                            loop {
                                let next = self::message(&mut client).await?;
                                bytes.extend_from_slice(&next);
                                if next[0] == b'S' {
                                    return Ok(Some(Late { server, bytes, go }));
                                }
                            }
                        }
                    }
                }
                _ => {}
            }
            self.thawed(age).await;
            server.write_all(&message).await?;
        }
    }

    async fn answers<R: AsyncRead + Unpin>(
        &self,
        server: &mut R,
        mut client: OwnedWriteHalf,
        mute: &watch::Sender<bool>,
        age: u32,
    ) -> io::Result<()> {
        loop {
            let message = message(server).await?;
            self.thawed(age).await;
            if !*mute.borrow() {
                client.write_all(&message).await?;
            } else if message[0] == b'Z' {
                return Ok(());
            }
        }
    }

    fn fate_of(&self, statement: &[u8]) -> Option<Fate> {
        let mut fates = self.fates.lock().expect("no panic");
        let key = *fates.keys().find(|key| key.as_bytes() == statement)?;
        fates.remove(key)
    }
}

/// A statement that its client has given up already.
struct Late {
    server: OwnedWriteHalf,
    bytes: Vec<u8>,
    go: Arc<Notify>,
}

/// A message with its type; its length counts itself and the body.
async fn message<R: AsyncRead + Unpin>(from: &mut R) -> io::Result<Vec<u8>> {
    let kind = from.read_u8().await?;
    body(from, vec![kind]).await
}

async fn body<R: AsyncRead + Unpin>(from: &mut R, mut message: Vec<u8>) -> io::Result<Vec<u8>> {
    let length = from.read_u32().await?;
    message.extend_from_slice(&length.to_be_bytes());
    let start = message.len();
    message.resize(start + length as usize - 4, 0);
    from.read_exact(&mut message[start..]).await?;
    Ok(message)
}
