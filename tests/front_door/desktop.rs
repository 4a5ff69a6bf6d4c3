//! A desktop on a real machine.

mod hands;
mod hostile;
mod login;
mod oracle;
mod picture;
mod plain;
mod servers;
