//! systemd hears when the gateway is ready and when it stops.

use std::{
    fs::{self, Permissions},
    io::IoSliceMut,
    mem::MaybeUninit,
    os::unix::{fs::PermissionsExt, net::UnixDatagram},
    path::Path,
    time::Duration,
};

use nix::sys::signal::Signal;
use rustix::net::{
    RecvAncillaryBuffer, RecvAncillaryMessage, RecvFlags, recvmsg, sockopt::set_socket_passcred,
};

use super::{serving::Serving, support::open_folder};

/// What systemd listens on.
struct NotifySocket(UnixDatagram);

impl NotifySocket {
    fn bind(path: &Path) -> Self {
        let socket = UnixDatagram::bind(path).expect("a socket");
        // Whoever the gateway becomes may write to it, as to systemd's own.
        fs::set_permissions(path, Permissions::from_mode(0o666)).expect("its mode");
        set_socket_passcred(&socket, true).expect("an option");
        socket
            .set_read_timeout(Some(Duration::from_secs(20)))
            .expect("an option");
        Self(socket)
    }

    /// The next message of the main process: like systemd with `NotifyAccess=main`, this does not
    /// listen to its children.
    fn hear(&self, main: u32) -> String {
        loop {
            let (message, sender) = self.receive();
            if u32::try_from(sender) == Ok(main) {
                return message;
            }
        }
    }

    fn receive(&self) -> (String, i32) {
        let mut text = [0; 256];
        let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmCredentials(1))];
        let mut control = RecvAncillaryBuffer::new(&mut space);
        let mut parts = [IoSliceMut::new(&mut text)];
        let length = recvmsg(&self.0, &mut parts, &mut control, RecvFlags::empty())
            .expect("a message in time")
            .bytes;
        let sender = control.drain().find_map(|message| match message {
            RecvAncillaryMessage::ScmCredentials(sender) => Some(sender.pid.as_raw_nonzero().get()),
            _ => None,
        });
        let text = String::from_utf8_lossy(&text[..length]).trim().to_owned();
        (text, sender.expect("the kernel names the sender"))
    }
}

#[test]
fn it_is_told_of_readiness_and_of_the_stop() {
    let (folder, data_dir) = open_folder();
    let path = folder.path().join("notify");
    let socket = NotifySocket::bind(&path);
    let serving = Serving::start(&data_dir, Some(&path));
    let main = serving.process.0.id();
    assert_eq!(socket.hear(main), "READY=1");
    assert_eq!(serving.stop(Signal::SIGINT), Some(0));
    assert_eq!(socket.hear(main), "STOPPING=1");
}
