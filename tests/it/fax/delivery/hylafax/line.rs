//! A connection to hfaxd that is cut at a command of the test's choice.

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader},
    net::{TcpListener, TcpStream},
    task::{JoinHandle, JoinSet},
};

/// Where a connection is cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Where {
    /// The command does not reach the server.
    Before,
    /// The command reaches the server, and both sides see the end at once.
    With,
    /// The server answers, and nobody hears it.
    After,
    /// The same, and from then on there is no way to the server.
    ForGood,
}

/// Commands of all connections, counted, and the one at which they are cut.
struct Plan {
    commands: AtomicUsize,
    cut: Option<(usize, Where)>,
    // What happens before both sides see the end.
    at_the_cut: Box<dyn Fn() + Send + Sync>,
}

impl Plan {
    fn is_cut_for_good(&self) -> bool {
        let commands = self.commands.load(Ordering::SeqCst);
        matches!(self.cut, Some((at, Where::ForGood)) if commands > at)
    }
}

/// A proxy for the connections on which commands travel; those for data go to the server.
pub struct Line {
    pub address: SocketAddr,
    plan: Arc<Plan>,
    accepting: JoinHandle<()>,
}

impl Line {
    /// To `server`, cut at the command of that number, from 0.
    pub async fn to(server: SocketAddr, cut: Option<(usize, Where)>) -> Self {
        Self::with(server, cut, || {}).await
    }

    /// The same; before both sides see the end, something happens.
    pub async fn with(
        server: SocketAddr,
        cut: Option<(usize, Where)>,
        at_the_cut: impl Fn() + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a port");
        let plan = Arc::new(Plan {
            commands: AtomicUsize::new(0),
            cut,
            at_the_cut: Box::new(at_the_cut),
        });
        Self {
            address: listener.local_addr().expect("its address"),
            plan: Arc::clone(&plan),
            accepting: tokio::spawn(async move {
                let mut lines = JoinSet::new();
                while let Ok((client, _)) = listener.accept().await {
                    lines.spawn(carry(client, server, Arc::clone(&plan)));
                }
            }),
        }
    }

    /// How many commands have come.
    pub fn commands(&self) -> usize {
        self.plan.commands.load(Ordering::SeqCst)
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

async fn carry(client: TcpStream, server: SocketAddr, plan: Arc<Plan>) -> Option<()> {
    if plan.is_cut_for_good() {
        return None;
    }
    let upstream = TcpStream::connect(server).await.ok()?;
    let (mut client, mut upstream) = (BufReader::new(client), BufReader::new(upstream));
    // The greeting comes before any command.
    let mut cut = None;
    loop {
        let reply = reply(&mut upstream).await?;
        if matches!(cut, Some(Where::After | Where::ForGood)) {
            (plan.at_the_cut)();
            return None;
        }
        client.get_mut().write_all(reply.as_bytes()).await.ok()?;
        // What follows a reply that only announces another one.
        if reply.starts_with('1') {
            continue;
        }
        let mut command = String::new();
        if client.read_line(&mut command).await.ok()? == 0 {
            return None;
        }
        let number = plan.commands.fetch_add(1, Ordering::SeqCst);
        cut = plan.cut.filter(|(at, _)| *at == number).map(|it| it.1);
        if cut == Some(Where::Before) {
            return None;
        }
        upstream
            .get_mut()
            .write_all(command.as_bytes())
            .await
            .ok()?;
        if cut == Some(Where::With) {
            return None;
        }
    }
}

async fn reply(upstream: &mut BufReader<TcpStream>) -> Option<String> {
    let mut all = String::new();
    loop {
        let mut bytes = Vec::new();
        if upstream.read_until(b'\n', &mut bytes).await.ok()? == 0 {
            return None;
        }
        let line = String::from_utf8_lossy(&bytes).into_owned();
        let first = all
            .get(..3)
            .unwrap_or(&line[..3.min(line.len())])
            .to_owned();
        let is_last = line.starts_with(&format!("{first} "));
        all.push_str(&line);
        if is_last {
            return Some(all);
        }
    }
}
