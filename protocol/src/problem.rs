//! What can go wrong, once: cause → name → HTTP status → WebSocket close code → sentence.
//!
//! REST replies carry the name in the `type` of an RFC 9457 document as
//! `urn:transom:problem:<name>`; a WebSocket carries it in the `closing` message. Names and codes
//! are stable: other programs branch on them.

macro_rules! problems {
    ($($(#[$doc:meta])* $variant:ident $name:literal $status:literal $close:literal $sentence:literal;)*) => {
        /// A cause that a caller can branch on.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Problem {
            $($(#[$doc])* $variant,)*
        }

        impl Problem {
            /// Every problem, in the order of this table.
            pub const ALL: &[Self] = &[$(Self::$variant,)*];

            /// The stable name, for example `access-ended`.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }

            /// The HTTP status of a REST reply.
            #[must_use]
            pub const fn status(self) -> u16 {
                match self { $(Self::$variant => $status,)* }
            }

            /// The WebSocket close code.
            #[must_use]
            pub const fn close_code(self) -> u16 {
                match self { $(Self::$variant => $close,)* }
            }

            /// What a person reads, unless the place where it happened knows better.
            #[must_use]
            pub const fn sentence(self) -> &'static str {
                match self { $(Self::$variant => $sentence,)* }
            }
        }
    };
}

problems! {
    /// A request, message or frame that is not understood.
    Malformed "malformed" 400 4400 "The request could not be understood.";
    /// More bytes than allowed.
    TooLarge "too-large" 413 4400 "The request is too large.";
    /// No hello in time.
    HelloTimeout "hello-timeout" 408 4400 "The connection sent no hello in time.";
    /// No token or key at all.
    TokenMissing "token-missing" 401 4401 "Sign in through the CI dashboard first.";
    /// A token that proves nothing here.
    TokenInvalid "token-invalid" 401 4401 "This token is not valid here.";
    /// A token whose time is over.
    TokenExpired "token-expired" 401 4401 "This token has expired.";
    /// A page code or renewal secret that is unknown, used or too old.
    CodeInvalid "code-invalid" 401 4401 "This link was already used or is too old. Open the build from the CI dashboard again.";
    /// A share link that is unknown, revoked, over or used up, or whose secret is wrong: all alike.
    ShareInvalid "share-invalid" 404 4404 "This link does not work, or not any more. Ask whoever sent it to you for a new one.";
    /// A share link that asks for a passcode, which was not given or is wrong.
    PasscodeNeeded "passcode-needed" 403 4403 "This link asks for a passcode.";
    /// A service key that is not configured.
    ServiceKeyInvalid "service-key-invalid" 401 4401 "This service key is not known.";
    /// A token from before the last revocation.
    Revoked "revoked" 403 4403 "Your access was taken back.";
    /// Somebody sent this viewer away.
    Removed "removed" 403 4403 "You were removed.";
    /// An administrator closed the session.
    EndedByAdmin "ended-by-admin" 403 4403 "An administrator ended this session.";
    /// A capability is missing.
    Forbidden "forbidden" 403 4403 "You are not allowed to do this.";
    /// A WebSocket from a page that is not on the list.
    OriginRefused "origin-refused" 403 4403 "Connections from this page are not allowed.";
    /// The policy does not let this build be opened.
    PolicyRefused "policy-refused" 403 4403 "The policy does not allow remote access to this build.";
    /// Remote access was never turned on for this build.
    AccessOff "access-off" 403 4403 "Remote access is off for this build.";
    /// No such build.
    BuildUnknown "build-unknown" 404 4404 "There is no such build.";
    /// No such session, or not this build's.
    SessionUnknown "session-unknown" 404 4404 "This terminal is no longer there.";
    /// No such route.
    NotFound "not-found" 404 4404 "There is nothing here.";
    /// Route known, verb not.
    MethodNotAllowed "method-not-allowed" 405 4400 "This address does not take that method.";
    /// The machine is not up yet.
    NotReady "not-ready" 409 4502 "The machine is not ready yet.";
    /// What is asked for contradicts what was recorded.
    Conflict "conflict" 409 4400 "This contradicts what was recorded before.";
    /// The viewer said nothing for longer than the policy allows.
    Idle "idle" 408 4408 "Closed because nobody used it for a while.";
    /// The same viewer came in again elsewhere.
    TakenOver "taken-over" 409 4409 "This terminal was opened in another tab.";
    /// Access ended.
    AccessEnded "access-ended" 410 4410 "Remote access to this build has ended.";
    /// The build's time limit was reached.
    Deadline "deadline" 410 4411 "The build's time limit was reached.";
    /// A machine outside the configured networks.
    TargetRefused "target-refused" 422 4403 "This machine's address is outside the configured networks.";
    /// No such file or folder on the machine.
    FileNotFound "file-not-found" 404 4404 "There is no such file on the machine.";
    /// The machine's user may not do that with that file.
    FileForbidden "file-forbidden" 403 4403 "The machine does not allow that.";
    /// A file that must not have been there is there.
    FileExists "file-exists" 412 4400 "There is a file of that name already.";
    /// A folder where a file was asked for.
    IsDirectory "is-a-directory" 409 4400 "That is a folder, not a file.";
    /// Something else where a folder was asked for.
    NotDirectory "not-a-directory" 409 4400 "That is not a folder.";
    /// A device, a pipe or a socket where a file was asked for.
    NotAFile "not-a-file" 409 4400 "That is not a plain file.";
    /// A file over the limit.
    FileTooLarge "file-too-large" 413 4400 "The file is larger than this server lets pass.";
    /// A part of a file that it does not have.
    RangeInvalid "range-invalid" 416 4400 "The file does not have that part.";
    /// No space left on the machine.
    NoSpace "no-space" 507 4400 "There is no space left on the machine.";
    /// The machine has no SFTP.
    FilesUnavailable "files-unavailable" 502 4502 "The machine offers no file transfer.";
    /// The machine did not keep to the protocol, or refused without a reason.
    TransferFailed "transfer-failed" 502 4502 "The machine broke off the transfer.";
    /// Too many sessions, viewers or requests.
    TooMany "too-many" 429 4429 "There are too many already.";
    /// A bug.
    Internal "internal" 500 4500 "Something went wrong in Transom.";
    /// The machine does not answer.
    MachineUnreachable "machine-unreachable" 502 4502 "The machine does not answer.";
    /// The machine's host key is not the registered one.
    HostKeyMismatch "host-key-mismatch" 502 4502 "The machine's host key is not the one that the CI registered.";
    /// The machine refused the login.
    LoginRefused "login-refused" 502 4502 "The machine refused the login.";
    /// The machine was there and is gone.
    MachineGone "machine-gone" 502 4502 "The connection to the machine was lost.";
    /// The machine let us in and then refused the terminal.
    SessionRefused "session-refused" 502 4502 "The machine refused to open a session.";
    /// The store cannot be read or written.
    StoreUnavailable "store-unavailable" 503 4500 "Transom cannot save its data right now.";
    /// The server is going down for a restart.
    Restarting "restarting" 503 1012 "The server restarts. You will be reconnected.";
}

impl Problem {
    /// The `type` of an RFC 9457 document.
    #[must_use]
    pub fn type_uri(self) -> String {
        format!("urn:transom:problem:{}", self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn names_are_unique_and_plain() {
        let names: HashSet<_> = Problem::ALL.iter().map(|p| p.name()).collect();
        assert_eq!(names.len(), Problem::ALL.len());
        assert!(names.iter().all(|n| n.bytes().all(|b| b.is_ascii_lowercase() || b == b'-')));
    }

    #[test]
    fn close_codes_are_the_published_ones() {
        let known = [4400, 4401, 4403, 4404, 4408, 4409, 4410, 4411, 4429, 4500, 4502, 1012];
        for problem in Problem::ALL {
            assert!(known.contains(&problem.close_code()), "{}", problem.name());
            assert!((400..600).contains(&problem.status()), "{}", problem.name());
            assert!(problem.sentence().ends_with('.'), "{}", problem.name());
        }
    }
}
