//! A network namespace behind a line that loses and delays packets.
//!
//! Two TUN devices, one of them in the namespace, and a relay of packets between them: what `netem`
//! does where the kernel has it, in a program where it does not. TCP on both ends is the kernel's own.

use std::net::Ipv4Addr;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, ensure};
use bytes::Bytes;
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio::time::Instant;
use transom_server::clock::tick;
use tun_rs::{AsyncDevice, DeviceBuilder};

use crate::cable::Dice;

/// Packets on their way in one direction; more are lost, as in a full queue.
const QUEUE: usize = 2048;
const PACKET_BYTES: usize = 1500;

/// How a line treats packets, each direction for itself.
#[derive(Debug, Clone, Copy)]
pub struct Losses {
    /// Equal seeds lose equally.
    pub seed: u64,
    /// Of a hundred packets.
    pub lost_percent: u64,
    /// From one end to the other.
    pub delay: Duration,
}

/// The line and the namespace behind it; both go when this is dropped.
pub struct LossyNetwork {
    namespace: String,
    /// The address of this side.
    pub near: Ipv4Addr,
    /// The address inside.
    pub far: Ipv4Addr,
    _relays: JoinSet<()>,
}

impl LossyNetwork {
    /// Why there can be none here: it takes root, `ip`, and TUN devices.
    #[must_use]
    pub fn why_not() -> Option<String> {
        let name = format!("transom-probe-{}", std::process::id());
        let probe = ip(&["tuntap", "add", "dev", &name[..15.min(name.len())], "mode", "tun"])
            .and_then(|()| ip(&["link", "del", &name[..15.min(name.len())]]))
            .and_then(|()| ip(&["netns", "add", &name]))
            .and_then(|()| ip(&["netns", "del", &name]));
        probe.err().map(|e| format!("{e:#}"))
    }

    /// Lays the line.
    ///
    /// # Errors
    /// Where the system does not let it; see [`LossyNetwork::why_not`].
    pub fn lay(losses: Losses) -> anyhow::Result<Self> {
        // Two tests at once have two lines.
        let number = std::process::id() % 16_384;
        let (high, low) = ((number / 64) as u8, (number % 64) as u8 * 4);
        let (near, far) = (Ipv4Addr::new(10, 203, high, low + 1), Ipv4Addr::new(10, 203, high, low + 2));
        let namespace = format!("transom-{number}");
        let (here, there) = (format!("near{number}"), format!("far{number}"));
        ip(&["netns", "add", &namespace])?;
        let mut network = Self { namespace, near, far, _relays: JoinSet::new() };
        let ends = (device(&here)?, device(&there)?);
        ip(&["link", "set", &there, "netns", &network.namespace])?;
        for (inside, name, own, other) in [(false, &here, near, far), (true, &there, far, near)] {
            let (own, other) = (own.to_string(), other.to_string());
            let all: [&[&str]; 2] =
                [&["addr", "add", &own, "peer", &other, "dev", name], &["link", "set", name, "up"]];
            for command in all {
                let inside: &[&str] = if inside { &["-n", &network.namespace] } else { &[] };
                ip(&[inside, command].concat())?;
            }
        }
        ip(&["-n", &network.namespace, "link", "set", "lo", "up"])?;
        let mut dice = Dice::new(losses.seed);
        for (from, to) in [(&ends.0, &ends.1), (&ends.1, &ends.0)] {
            let (queue, queued) = mpsc::channel(QUEUE);
            let chance = Dice::new(dice.throw());
            network._relays.spawn(take(Arc::clone(from), queue, losses, chance));
            network._relays.spawn(give(queued, Arc::clone(to)));
        }
        Ok(network)
    }

    /// The namespace's name, for `ip netns exec`.
    #[must_use]
    pub fn namespace(&self) -> &str {
        &self.namespace
    }
}

impl Drop for LossyNetwork {
    fn drop(&mut self) {
        // The devices go with their descriptors.
        let _ = ip(&["netns", "del", &self.namespace]);
    }
}

fn device(name: &str) -> anyhow::Result<Arc<AsyncDevice>> {
    let device = DeviceBuilder::new().name(name).build_async();
    Ok(Arc::new(device.with_context(|| format!("no TUN device {name}"))?))
}

async fn take(
    from: Arc<AsyncDevice>,
    queue: mpsc::Sender<(Instant, Bytes)>,
    losses: Losses,
    mut chance: Dice,
) {
    let mut packet = vec![0; PACKET_BYTES];
    while let Ok(len) = from.recv(&mut packet).await {
        if chance.below(100) >= losses.lost_percent {
            let packet = Bytes::copy_from_slice(packet.get(..len).unwrap_or_default());
            let _ = queue.try_send((tick() + losses.delay, packet));
        }
    }
}

/// Equal delays, so the queue is in order.
async fn give(mut queued: mpsc::Receiver<(Instant, Bytes)>, to: Arc<AsyncDevice>) {
    while let Some((due, packet)) = queued.recv().await {
        tokio::time::sleep_until(due).await;
        let _ = to.send(&packet).await;
    }
}

fn ip(arguments: &[&str]) -> anyhow::Result<()> {
    let out = Command::new("ip")
        .args(arguments)
        .stdin(Stdio::null())
        .output()
        .context("ip is needed: apt-get install iproute2")?;
    let said = String::from_utf8_lossy(&out.stderr);
    ensure!(out.status.success(), "ip {}: {}", arguments.join(" "), said.trim());
    Ok(())
}
