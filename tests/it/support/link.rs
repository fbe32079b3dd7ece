//! A client behind a link of its own that can go dead: a network namespace and a pair of interfaces.

use std::{
    fs::File,
    net::{Ipv4Addr, SocketAddr, TcpStream as StdStream},
    os::fd::AsFd,
    process::Command,
    sync::atomic::{AtomicU8, Ordering},
    thread,
};

use rustix::thread::{LinkNameSpaceType, move_into_link_name_space};
use tokio::net::TcpStream;

/// The link; it ends with its value.
pub struct Link {
    name: String,
    inside: String,
    gateway: Ipv4Addr,
}

impl Link {
    /// Makes one; `None`, with a line that says why, where that is not allowed.
    pub fn make() -> Option<Self> {
        static NEXT: AtomicU8 = AtomicU8::new(0);
        // Tests of several processes run side by side.
        let process = std::process::id();
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let [.., high, low] = process.to_be_bytes();
        let name = format!("cg{process}n{number}");
        let (outside, inside) = (
            format!("cgo{process}n{number}"),
            format!("cgi{process}n{number}"),
        );
        let gateway = Ipv4Addr::new(10, high, low, number * 4 + 1);
        let client = Ipv4Addr::new(10, high, low, number * 4 + 2);
        let link = Self {
            name,
            inside,
            gateway,
        };
        let (name, inside) = (&link.name, &link.inside);
        for command in [
            format!("ip netns add {name}"),
            format!("ip link add {outside} type veth peer name {inside} netns {name}"),
            format!("ip addr add {gateway}/30 dev {outside}"),
            format!("ip link set {outside} up"),
            format!("ip -n {name} addr add {client}/30 dev {inside}"),
            format!("ip -n {name} link set {inside} up"),
        ] {
            if let Err(why) = run(&command) {
                eprintln!("SKIPPED: no link that can go dead can be made here: {command}: {why}");
                return None;
            }
        }
        Some(link)
    }

    /// Connects through the link to a gateway that listens everywhere.
    pub fn connect(&self, port: u16) -> TcpStream {
        let path = format!("/run/netns/{}", self.name);
        let address = SocketAddr::from((self.gateway, port));
        // A thread of its own: it does not come back.
        let connecting = thread::spawn(move || {
            let namespace = File::open(path).expect("a namespace");
            let network = Some(LinkNameSpaceType::Network);
            move_into_link_name_space(namespace.as_fd(), network).expect("we are root");
            StdStream::connect(address).expect("the link works")
        });
        let stream = connecting.join().expect("a connection");
        stream.set_nonblocking(true).expect("an option");
        stream.set_nodelay(true).expect("an option");
        TcpStream::from_std(stream).expect("a reactor")
    }

    /// From now on nothing arrives at either end.
    pub fn die(&self) {
        self.set("down");
    }

    /// It works again.
    pub fn revive(&self) {
        self.set("up");
    }

    fn set(&self, state: &str) {
        let command = format!("ip -n {} link set {} {state}", self.name, self.inside);
        run(&command).expect("the link is there");
    }
}

impl Drop for Link {
    fn drop(&mut self) {
        let _best_effort = run(&format!("ip netns del {}", self.name));
    }
}

fn run(command: &str) -> Result<(), String> {
    let mut words = command.split(' ');
    let program = words.next().expect("a program");
    let output = Command::new(program)
        .args(words)
        .output()
        .map_err(|error| error.to_string())?;
    if output.status.success() {
        return Ok(());
    }
    Err(String::from_utf8_lossy(&output.stderr).trim().to_owned())
}
