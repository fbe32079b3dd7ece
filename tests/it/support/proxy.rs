//! A TCP proxy that cuts connections after so many bytes, never after so much time.

use std::{
    collections::VecDeque,
    io,
    net::SocketAddr,
    sync::{Arc, Mutex},
    time::Duration,
};

use socket2::SockRef;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt, copy_bidirectional},
    net::{TcpListener, TcpStream, tcp::ReadHalf, tcp::WriteHalf},
    sync::oneshot,
    task::{JoinHandle, JoinSet},
};

/// When and how a connection is cut.
#[derive(Clone, Copy, Debug)]
pub struct Cut {
    /// Bytes that have passed on their way to the gateway.
    pub after: usize,
    pub end: End,
}

/// How both sides see the end of the connection.
#[derive(Clone, Copy, Debug)]
pub enum End {
    /// As if the other side had closed it; the last byte and the end arrive together.
    Finish,
    /// Broken.
    Reset,
}

/// A proxy in front of a gateway; it ends with its value.
#[derive(Debug)]
pub struct CuttingProxy {
    pub address: SocketAddr,
    cuts: Arc<Mutex<VecDeque<Planned>>>,
    accepting: JoinHandle<()>,
}

#[derive(Debug)]
struct Planned {
    cut: Cut,
    done: oneshot::Sender<()>,
}

impl CuttingProxy {
    /// Leads to `gateway`; connections are whole until [`cut_next`](Self::cut_next).
    pub async fn start(gateway: SocketAddr) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a port");
        let address = listener.local_addr().expect("its address");
        let cuts: Arc<Mutex<VecDeque<Planned>>> = Arc::default();
        let accepting = tokio::spawn(accept(listener, gateway, Arc::clone(&cuts)));
        Self {
            address,
            cuts,
            accepting,
        }
    }

    /// Cuts the next connection that is opened, once for each call. The receiver hears when it
    /// was cut, and ends without a word if the connection ended before.
    pub fn cut_next(&self, cut: Cut) -> oneshot::Receiver<()> {
        let (done, was_cut) = oneshot::channel();
        let mut cuts = self.cuts.lock().expect("nobody panics with it");
        cuts.push_back(Planned { cut, done });
        was_cut
    }
}

impl Drop for CuttingProxy {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

async fn accept(listener: TcpListener, gateway: SocketAddr, cuts: Arc<Mutex<VecDeque<Planned>>>) {
    // Dropped with this task, and the connections with it.
    let mut connections = JoinSet::new();
    while let Ok((client, _)) = listener.accept().await {
        let planned = cuts.lock().expect("nobody panics with it").pop_front();
        connections.spawn(async move {
            // Whatever happens to a connection, its two ends see it.
            let _ended = relay(client, gateway, planned).await;
        });
        while connections.try_join_next().is_some() {}
    }
}

async fn relay(
    mut client: TcpStream,
    gateway: SocketAddr,
    planned: Option<Planned>,
) -> io::Result<()> {
    let mut gateway = TcpStream::connect(gateway).await?;
    client.set_nodelay(true)?;
    gateway.set_nodelay(true)?;
    let Some(Planned { cut, done }) = planned else {
        copy_bidirectional(&mut client, &mut gateway).await?;
        return Ok(());
    };
    let (mut from, _) = client.split();
    pass(
        &mut from,
        &mut gateway.split().1,
        cut.after.saturating_sub(1),
    )
    .await?;
    if let End::Finish = cut.end {
        // Kept back until the end is sent, so that they travel in one segment.
        SockRef::from(&gateway).set_tcp_cork(true)?;
    }
    pass(&mut from, &mut gateway.split().1, cut.after.min(1)).await?;
    if let End::Reset = cut.end {
        for side in [&client, &gateway] {
            SockRef::from(side).set_linger(Some(Duration::ZERO))?;
        }
    }
    drop((client, gateway));
    let _nobody_waits = done.send(());
    Ok(())
}

async fn pass(from: &mut ReadHalf<'_>, to: &mut WriteHalf<'_>, mut bytes: usize) -> io::Result<()> {
    let mut block = vec![0; 16 * 1024];
    while bytes > 0 {
        let most = bytes.min(block.len());
        let read = from.read(&mut block[..most]).await?;
        if read == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        to.write_all(&block[..read]).await?;
        bytes -= read;
    }
    Ok(())
}
