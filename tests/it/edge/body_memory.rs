//! All bodies together stay within `http.body_memory`, and every request goes on all the same.

use crate::support::{
    alone::has_process_of_its_own, eventually::eventually, gateway::Gateway, wire::Wire,
};

use super::support::{chunk_request, metric};

const MIB: usize = 1 << 20;
const GAUGE: &str = "chunkgate_body_memory_bytes";

#[tokio::test]
async fn many_bodies_at_once_stay_within_the_memory_for_bodies() {
    let test = "edge::body_memory::many_bodies_at_once_stay_within_the_memory_for_bodies";
    if !has_process_of_its_own(test) {
        return;
    }
    let gateway = Gateway::with(|settings| settings.http.body_memory = MIB).await;
    let chunk = vec![7; MIB];
    let mut wires = Vec::new();
    for _ in 0..16 {
        let session = gateway.client().start().await;
        let request = chunk_request(&session, &chunk);
        let (begin, end) = request.body().split_at(request.body().len() - 1000);
        let mut wire = Wire::connect(gateway.address).await;
        wire.send(&request.head()).await;
        wire.send(begin).await;
        wires.push((wire, end.to_vec()));
    }
    // The gauge is set every few seconds. Sixteen full blocks would be 4 MiB.
    let used = eventually("body memory in use", async || {
        metric(&gateway, GAUGE).await.filter(|&used| used > 0.0)
    })
    .await;
    assert!(used <= 1_048_576.0, "{used}");
    for (wire, end) in &mut wires {
        wire.send(end).await;
        assert_eq!(wire.answer().await.result("UploadFileChunk"), 1_048_576);
    }
    eventually("end of the bodies", async || {
        metric(&gateway, GAUGE).await.filter(|&used| used == 0.0)
    })
    .await;
    gateway.stop().await;
}
