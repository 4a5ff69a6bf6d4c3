//! The conversation between a browser and the server, WebSocket subprotocol [`SUBPROTOCOL`].
//!
//! Text messages are JSON: [`ClientMessage`] and [`ServerMessage`]. Binary messages are data:
//! [`ClientFrame`] and [`ServerFrame`]. The first message is always [`ClientMessage::Hello`]; the
//! server answers with [`ServerMessage::Welcome`] or closes with the code of a
//! [`crate::problem::Problem`].

mod control;
pub mod desktop;
mod frame;
pub mod picture;
mod presence;

pub use control::{
    AccessNotice, Attach, ClientMessage, ControlError, DesktopState, Family, Hello, Resume, Role,
    ServerMessage, Size, Welcome,
};
pub use frame::{ClientFrame, FrameError, ServerFrame, kind};
pub use presence::{ControlInfo, ControlMode, PointerInfo, ViewerInfo};

/// Name and version of this wire format, offered in `Sec-WebSocket-Protocol`.
pub const SUBPROTOCOL: &str = "transom.v1";
