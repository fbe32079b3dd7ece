//! Every attack gets its answer, costs no more than three valid requests, and leaves memory,
//! sessions and the next client as they were.

use std::time::Duration;

use super::{
    attack::Attack,
    documents, gzip, http, soap,
    victim::{Victim, exchange},
};
use crate::support::soap::{chunk_parameters, request};

/// Valid requests that attacks are compared with: a chunk of so many bytes. An attack is compared
/// with the smallest that is not smaller than itself, or with the largest.
const CLASSES: [usize; 4] = [500, 30_000, 700_000, 3 << 20];
/// How many times of a valid request's processor time an attack may take.
const COST: u32 = 3;
/// How often an attack that seems too dear is measured again: other programs make a cache cold.
const ATTEMPTS: usize = 4;
/// How much the memory of the gateway may grow while the whole table runs twice, in KiB: the
/// allocator keeps some, and one body of each size may be new to it.
const GROWTH: u64 = 24 * 1024;

/// The attacks, each with the size of the valid request it is compared with.
fn table(session: &str) -> Vec<(Attack, usize)> {
    let plain = [
        documents::attacks(session),
        soap::attacks(session),
        http::attacks(),
    ];
    let mut attacks: Vec<(Attack, usize)> = plain
        .into_iter()
        .flatten()
        .map(|attack| {
            let size = attack.request.len();
            (attack, size)
        })
        .collect();
    attacks.extend(gzip::attacks());
    attacks
}

/// How often a request of this size is sent to be measured.
fn repetitions(size: usize) -> u32 {
    match size {
        0..50_000 => 12,
        50_000..5_000_000 => 4,
        _ => 1,
    }
}

/// What a request takes of the processors, on the average of some.
async fn cost(victim: &Victim, request: &[u8]) -> Duration {
    let times = repetitions(request.len());
    let before = victim.computed();
    for _ in 0..times {
        exchange(victim.gateway.address, request).await;
    }
    victim.computed().since(&before) / times
}

/// What valid requests of each class take.
async fn valid_costs(victim: &Victim) -> Vec<(usize, Duration)> {
    let mut costs = Vec::new();
    for size in CLASSES {
        let session = victim.other_session().await;
        let chunk = chunk_parameters(&session, &vec![b'v'; size], false);
        let request = request("UploadFileChunk", &chunk);
        let mut least = Duration::MAX;
        for _ in 0..3 {
            let before = victim.computed();
            let times = repetitions(request.len());
            for _ in 0..times {
                let answer = exchange(victim.gateway.address, &request)
                    .await
                    .expect("an answer");
                assert!(answer.result("UploadFileChunk") > 0, "{answer:?}");
            }
            least = least.min(victim.computed().since(&before) / times);
        }
        costs.push((request.len(), least));
    }
    costs
}

fn class(costs: &[(usize, Duration)], size: usize) -> Duration {
    let fitting = costs.iter().find(|(of, _)| *of >= size);
    fitting.or(costs.last()).expect("classes").1
}

#[tokio::test]
async fn each_attack_is_answered_at_the_cost_of_a_few_valid_requests() {
    let victim = Victim::start(&[]).await;
    let attacks = table(&victim.session);
    let costs = valid_costs(&victim).await;
    eprintln!("valid: {costs:?}");
    let (mut wrong, mut too_dear) = (Vec::new(), Vec::new());
    let mut dearest = 0.0_f64;
    for (
        Attack {
            name,
            request,
            expected,
        },
        size,
    ) in &attacks
    {
        let answer = exchange(victim.gateway.address, request).await;
        if !answer
            .as_ref()
            .is_some_and(|answer| expected.is_met_by(answer))
        {
            wrong.push(format!("{name}: {answer:?}, not {expected:?}"));
            continue;
        }
        let allowed = class(&costs, *size) * COST;
        let mut least = Duration::MAX;
        for _ in 0..ATTEMPTS {
            least = least.min(cost(&victim, request).await);
            if least <= allowed {
                break;
            }
        }
        dearest = dearest.max(least.as_secs_f64() / allowed.as_secs_f64() * f64::from(COST));
        if least > allowed {
            too_dear.push(format!("{name}: {least:?} of {allowed:?}"));
        }
        assert!(victim.serves().await, "after {name}");
    }
    eprintln!(
        "{} attacks; the dearest is {dearest:.2} of a valid request",
        attacks.len()
    );
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert!(too_dear.is_empty(), "{too_dear:#?}");
    victim.stop_unharmed().await;
}

#[tokio::test]
async fn attacks_leave_no_memory_behind() {
    let victim = Victim::start(&[]).await;
    let attacks = table(&victim.session);
    // What a valid client makes the gateway keep is no leak.
    valid_costs(&victim).await;
    let (before, most) = (victim.memory("VmRSS"), victim.memory("VmHWM"));
    for _ in 0..2 {
        for (attack, _) in &attacks {
            exchange(victim.gateway.address, &attack.request).await;
        }
    }
    let (after, peak) = (victim.memory("VmRSS"), victim.memory("VmHWM"));
    eprintln!("{before} KiB before, {after} after; at most {most}, then {peak}");
    assert!(after < before + GROWTH, "{before} KiB became {after}");
    assert!(peak < most + GROWTH, "{most} KiB became {peak}");
    victim.stop_unharmed().await;
}
