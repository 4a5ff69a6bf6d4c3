//! A bad cable: a TCP relay that splits, delays, stalls and cuts at points that a seed decides.
//!
//! Nothing is reordered and nothing is lost of what comes before a cut, as TCP has it. A cut lies
//! anywhere, mid-frame or mid-handshake, and takes both directions with it.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::tcp::{ReadHalf, WriteHalf};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::task::JoinSet;
use tokio::time::sleep;

/// How bad a cable is.
#[derive(Debug, Clone, Copy)]
pub struct Faults {
    /// Equal seeds make equal decisions.
    pub seed: u64,
    /// After so many cuts, connections stay.
    pub cuts: u32,
    /// Most bytes that a connection carries from the server before it is cut there.
    pub down_bytes: u64,
    /// Most bytes that it carries to the server before it is cut there.
    pub up_bytes: u64,
    /// The longest that a connection lives.
    pub life: Duration,
}

/// A relay on a port of its own; dropping it drops every connection.
pub struct Cable {
    /// `http://127.0.0.1:port`
    pub url: String,
    cuts: Arc<AtomicU32>,
    _relays: JoinSet<()>,
}

impl Cable {
    /// Leads to `url`, badly.
    ///
    /// # Errors
    /// Where `url` is no address, or no port is free.
    pub async fn lay(url: &str, faults: Faults) -> anyhow::Result<Self> {
        let far: SocketAddr = url.trim_start_matches("http://").parse()?;
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let url = format!("http://{}", listener.local_addr()?);
        let cuts = Arc::new(AtomicU32::new(0));
        let mut relays = JoinSet::new();
        relays.spawn(accept(listener, far, faults, Arc::clone(&cuts)));
        Ok(Self { url, cuts, _relays: relays })
    }

    /// How many connections it has cut.
    #[must_use]
    pub fn cuts(&self) -> u32 {
        self.cuts.load(Ordering::SeqCst)
    }
}

async fn accept(listener: TcpListener, far: SocketAddr, faults: Faults, cuts: Arc<AtomicU32>) {
    let mut relays = JoinSet::new();
    for connection in 0.. {
        let Ok((near, _)) = listener.accept().await else { return };
        while relays.try_join_next().is_some() {}
        let dice = Dice::new(faults.seed ^ (connection << 32));
        let cuts = Arc::clone(&cuts);
        relays.spawn(async move { relay(near, far, faults, dice, &cuts).await });
    }
}

async fn relay(
    mut near: TcpStream,
    far: SocketAddr,
    faults: Faults,
    mut dice: Dice,
    cuts: &AtomicU32,
) -> Option<()> {
    let mut far = TcpSocket::new_v4().ok()?.connect(far).await.ok()?;
    let doomed = cuts.load(Ordering::SeqCst) < faults.cuts;
    let life = if doomed { dice.within(faults.life) } else { Duration::MAX };
    // One direction is cut after so many bytes; which one, and whether time is faster, is chance.
    let up_is_cut = dice.below(2) == 0;
    let bytes =
        |most, cut: bool, dice: &mut Dice| if doomed && cut { 1 + dice.below(most) } else { u64::MAX };
    let down_bytes = bytes(faults.down_bytes, !up_is_cut, &mut dice);
    let up_bytes = bytes(faults.up_bytes, up_is_cut, &mut dice);
    let aborts = dice.below(2) == 0;
    let (down_dice, up_dice) = (Dice::new(dice.throw()), Dice::new(dice.throw()));
    {
        let (near_in, near_out) = near.split();
        let (far_in, far_out) = far.split();
        let was_cut = tokio::select! {
            ended = carry(far_in, near_out, down_bytes, down_dice) => ended == Ended::Cut,
            ended = carry(near_in, far_out, up_bytes, up_dice) => ended == Ended::Cut,
            () = sleep(life) => true,
        };
        if was_cut {
            cuts.fetch_add(1, Ordering::SeqCst);
        }
    }
    if aborts {
        // Unsent bytes are thrown away, and the other side is told with a reset.
        let _ = (near.set_zero_linger(), far.set_zero_linger());
    }
    Some(())
}

#[derive(Debug, PartialEq, Eq)]
enum Ended {
    Cut,
    ByItself,
}

/// Carries bytes in pieces of chance, until `left` of them are through.
async fn carry(mut from: ReadHalf<'_>, mut to: WriteHalf<'_>, mut left: u64, mut dice: Dice) -> Ended {
    let mut room = vec![0; 16 * 1024];
    loop {
        let most = 1 + usize::try_from(dice.below(room.len() as u64)).unwrap_or(0);
        let Some(piece) = room.get_mut(..most) else { return Ended::ByItself };
        let Ok(len @ 1..) = from.read(piece).await else { return Ended::ByItself };
        match dice.below(64) {
            0 => sleep(dice.within(Duration::from_millis(60))).await,
            1..8 => sleep(dice.within(Duration::from_millis(3))).await,
            _ => {}
        }
        let through = len.min(usize::try_from(left).unwrap_or(usize::MAX));
        let Some(piece) = room.get(..through) else { return Ended::ByItself };
        if to.write_all(piece).await.is_err() {
            return Ended::ByItself;
        }
        left -= through as u64;
        if left == 0 {
            return Ended::Cut;
        }
    }
}

/// Chance that comes out the same every time: splitmix64.
#[derive(Debug, Clone)]
pub struct Dice(u64);

impl Dice {
    /// Equal seeds, equal throws.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// The next number.
    pub fn throw(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// One of `0..most`.
    pub fn below(&mut self, most: u64) -> u64 {
        self.throw() % most.max(1)
    }

    /// A part of `most`, by the microsecond.
    pub fn within(&mut self, most: Duration) -> Duration {
        Duration::from_micros(self.below(u64::try_from(most.as_micros()).unwrap_or(u64::MAX)))
    }
}
