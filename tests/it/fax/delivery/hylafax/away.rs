//! A server that is away, slow, strange or does not let us in is named, and waited for.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use chunkgate::{
    fax::delivery::{
        Delivery, DeliveryError,
        ledger::{Entry, Phase},
    },
    settings::Secret,
};
use nix::sys::signal::Signal;
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader},
    net::{TcpListener, TcpStream},
    time::{Instant, sleep},
};

use super::{
    super::{
        rows::Rows,
        support::{attempt, fax},
    },
    desk::Desk,
    server::{Server, is_here},
};

/// Somebody who says this to everybody who connects, and then what is said back.
async fn somebody(says: &'static [u8]) -> std::net::SocketAddr {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            tokio::spawn(async move {
                let _ = stream.write_all(says).await;
                let mut heard = [0; 100];
                while stream.read(&mut heard).await.is_ok_and(|length| length > 0) {
                    let _ = stream.write_all(says).await;
                }
            });
        }
    });
    address
}

fn text(error: &DeliveryError) -> String {
    error.to_string()
}

#[tokio::test(flavor = "multi_thread")]
async fn each_trouble_names_its_mend_and_leaves_the_fax_where_it_is() {
    if !is_here().await {
        return;
    }
    let desk = Desk::new().await;
    let nobody = {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        listener.local_addr().unwrap()
    };
    let cases = [
        (nobody, "hylafax.server"),
        (
            somebody(b"").await,
            "has said nothing for 500ms during the greeting",
        ),
        (
            somebody(b"HTTP/1.1 400 Bad Request\r\n").await,
            "no reply of hfaxd's",
        ),
        (
            somebody(Vec::leak(vec![b'2'; 2 << 20])).await,
            "no reply of hfaxd's",
        ),
        (
            somebody(b"220 ready\r\n").await,
            "does not let user chunkgate in",
        ),
        (somebody(b"421 too many\r\n").await, "421 too many"),
    ];
    for (address, mend) in cases {
        let delivery = desk.server.delivery_with(&desk.rows.ledger, |settings| {
            settings.server = address.to_string();
            settings.command_timeout = Duration::from_millis(500);
        });
        let begun = Instant::now();
        for error in [
            delivery.hand_over(&fax(attempt(7, 1))).await.unwrap_err(),
            delivery.probe().await.unwrap_err(),
        ] {
            assert!(text(&error).contains(mend), "{mend}: {error}");
        }
        assert!(begun.elapsed() < Duration::from_secs(5), "{mend}");
        assert_eq!(desk.entry(attempt(7, 1)).await, None, "{mend}");
    }
    desk.hylafax().hand_over(&fax(attempt(7, 1))).await.unwrap();
    desk.job(attempt(7, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_user_needs_their_password() {
    if !is_here().await {
        return;
    }
    let desk = Desk::new().await;
    let login = |user: &'static str, password: Option<&'static str>| {
        desk.server.delivery_with(&desk.rows.ledger, |settings| {
            settings.user = user.to_owned();
            settings.password = password.map(Secret::new);
        })
    };
    login("secured", Some("secret")).probe().await.unwrap();
    // A word of the protocol would end in the middle of it.
    login("blank", Some(r#"a b,"c\d"#)).probe().await.unwrap();
    for (user, password) in [
        ("blank", Some("a b,\"wrong")),
        ("secured", Some("wrong")),
        ("secured", None),
        ("nobody", Some("secret")),
    ] {
        let error = login(user, password).probe().await.unwrap_err();
        let said = text(&error);
        assert!(said.contains("faxadduser") && said.contains(user), "{said}");
        assert!(
            !said.contains("wrong") && !said.contains("secret"),
            "{said}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_slow_server_holds_nobody_for_ever() {
    if !is_here().await {
        return;
    }
    let desk = Desk::new().await;
    let delivery = desk.server.delivery_with(&desk.rows.ledger, |settings| {
        settings.command_timeout = Duration::from_millis(300);
        settings.max_connections = 1;
    });
    let delivery = Arc::new(delivery);
    desk.server.signal_scheduler(Signal::SIGSTOP);
    // The scheduler does not answer, so the only connection is in use.
    let slow = tokio::spawn({
        let delivery = Arc::clone(&delivery);
        async move { delivery.hand_over(&fax(attempt(1, 1))).await }
    });
    sleep(Duration::from_millis(100)).await;
    let begun = Instant::now();
    let other = delivery.hand_over(&fax(attempt(2, 1))).await;
    let first = slow.await.unwrap();
    assert!(begun.elapsed() < Duration::from_secs(5));
    first.unwrap_err();
    other.unwrap_err();
    desk.server.signal_scheduler(Signal::SIGCONT);
}

/// One connection is enough, also for finding out what became of a job that was refused.
#[tokio::test(flavor = "multi_thread")]
async fn one_connection_is_enough() {
    if !is_here().await {
        return;
    }
    let mut desk = Desk::new().await;
    desk.server.kill_scheduler();
    let delivery = desk.server.delivery_with(&desk.rows.ledger, |settings| {
        settings.max_connections = 1;
    });
    let error = delivery.hand_over(&fax(attempt(1, 1))).await.unwrap_err();
    assert!(text(&error).contains("faxq"), "{error}");
    let entry = desk.entry(attempt(1, 1)).await.unwrap();
    assert_eq!(entry.phase, Phase::Offered);
}

/// The look at the queue is made less and less often, and at once when the server is back.
#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_is_away_is_asked_less_and_less_often() {
    if !is_here().await {
        return;
    }
    let mut server = Server::start().await;
    let rows = Rows::new().await;
    let delivery = server.delivery_with(&rows.ledger, |settings| {
        settings.poll_interval = Duration::from_millis(50);
    });
    let attempt = attempt(7, 1);
    delivery.hand_over(&fax(attempt)).await.unwrap();
    server.kill_daemon();
    let begun = Instant::now();
    let mut looks = 0;
    // Who listens there instead counts, and says nothing.
    let counting = TcpListener::bind(server.address).await.unwrap();
    let asked = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&asked);
    let counter = tokio::spawn(async move {
        while counting.accept().await.is_ok() {
            count.fetch_add(1, Ordering::SeqCst);
        }
    });
    while begun.elapsed() < Duration::from_secs(2) {
        let error = delivery.outcomes(&[attempt]).await.unwrap_err();
        assert!(text(&error).contains("broke"), "{error}");
        looks += 1;
        sleep(Duration::from_millis(5)).await;
    }
    // After 0.1, 0.3, 0.7 and 1.5 s: the rest was answered without asking.
    let asked = asked.load(Ordering::SeqCst);
    assert!(looks > 50 && (2..=6).contains(&asked), "{asked} of {looks}");
    counter.abort();
    let _ = counter.await;
    server.start_daemon().await;
    crate::support::eventually::until("an answer", async || {
        delivery.outcomes(&[attempt]).await.is_ok()
    })
    .await;
}

/// An hfaxd that lets everybody in and has an empty queue, and is silent when it is asked for a job;
/// counts how often it was.
async fn silent_about_jobs() -> (std::net::SocketAddr, Arc<AtomicUsize>) {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let address = listener.local_addr().unwrap();
    let asked = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&asked);
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(session(stream, Arc::clone(&count)));
        }
    });
    (address, asked)
}

async fn session(stream: TcpStream, asked: Arc<AtomicUsize>) -> std::io::Result<()> {
    let mut stream = BufReader::new(stream);
    let data = TcpListener::bind(("127.0.0.1", 0)).await?;
    stream.write_all(b"220 ready\r\n").await?;
    let mut line = String::new();
    while stream.read_line(&mut line).await? > 0 {
        let reply = match line.split_whitespace().next() {
            Some("USER") => "230 in\r\n".to_owned(),
            Some("IDLE") => "213 done\r\n".to_owned(),
            Some("TZONE" | "TYPE" | "JOBFMT") => "200 done\r\n".to_owned(),
            Some("EPSV") => format!("229 here (|||{}|)\r\n", data.local_addr()?.port()),
            Some("LIST") => {
                drop(data.accept().await?);
                "150 follows\r\n226 done\r\n".to_owned()
            }
            Some("QUIT") => "221 bye\r\n".to_owned(),
            _ => {
                asked.fetch_add(1, Ordering::SeqCst);
                String::new()
            }
        };
        stream.write_all(reply.as_bytes()).await?;
        line.clear();
    }
    Ok(())
}

/// Each question takes `command_timeout`, and there may be hundreds of jobs: a few silences are
/// enough, and count as an absence.
#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_is_silent_about_jobs_is_given_up_after_a_few() {
    if !is_here().await {
        return;
    }
    let desk = Desk::new().await;
    let (address, asked) = silent_about_jobs().await;
    let delivery = desk.server.delivery_with(&desk.rows.ledger, |settings| {
        settings.server = address.to_string();
        settings.command_timeout = Duration::from_millis(500);
        settings.poll_interval = Duration::from_mins(1);
    });
    let attempts: Vec<_> = (1..=30).map(|number| attempt(number, 1)).collect();
    for (job, attempt) in attempts.iter().enumerate() {
        let ledger = &desk.rows.ledger;
        let entry = ledger
            .offer("hylafax", *attempt)
            .await
            .unwrap()
            .expect("a new one");
        let taken = Entry {
            phase: Phase::Taken,
            reference: (job + 1).to_string(),
            ..entry
        };
        ledger
            .change("hylafax", &taken)
            .await
            .unwrap()
            .expect("nobody else's");
    }
    // The second time it is not even asked.
    for _ in 0..2 {
        let error = delivery.outcomes(&attempts).await.unwrap_err();
        assert!(text(&error).contains("has said nothing"), "{error}");
        let asked = asked.load(Ordering::SeqCst);
        assert!((1..=3).contains(&asked), "{asked}");
    }
}
