//! `slowhttptest` against the gateway: slow heads, slow bodies, slow readers and overlapping
//! ranges never make it inaccessible.

use super::victim::Victim;
use crate::clients::program::{Program, run};

/// Modes of the program, with what each needs.
const MODES: [(&str, &[&str]); 4] = [
    ("-H", &["-i", "1"]),
    ("-B", &["-i", "1", "-s", "8192", "-f", "text/xml"]),
    (
        "-X",
        &["-k", "10", "-n", "1", "-z", "8", "-w", "10", "-y", "20"],
    ),
    ("-R", &["-a", "10", "-b", "3000"]),
];

#[tokio::test]
async fn slow_clients_do_not_make_the_gateway_inaccessible() {
    if !Program("slowhttptest").is_here().await {
        return;
    }
    let victim = Victim::start(&[
        ("http.head_timeout", "2s"),
        ("http.min_rate_grace", "2s"),
        ("http.answer_timeout", "2s"),
    ])
    .await;
    let url = format!("http://{}/dfs.asmx?wsdl", victim.gateway.address);
    for (mode, more) in MODES {
        let all = ["-c", "500", "-r", "250", "-l", "8", "-p", "3", "-u", &url];
        let report = run("slowhttptest", [&[mode], more, &all].concat()).await;
        assert!(report.contains("service available:"), "{mode}: {report}");
        let inaccessible = report.contains("NO") && report.contains("service available:   NO");
        assert!(!inaccessible, "{mode}: {report}");
        assert!(victim.serves().await, "{mode}");
    }
    victim.stop_unharmed().await;
}
