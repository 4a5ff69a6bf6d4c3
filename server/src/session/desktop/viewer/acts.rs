//! What a viewer does to the machine.
//!
//! The only place that asks the grant whether input may reach it.

use transom_protocol::limits;
use transom_protocol::problem::Problem;
use transom_protocol::wire::desktop::DesktopClientFrame;

use super::DesktopViewer;
use crate::backend::DesktopInput;
use crate::clock::tick;

impl DesktopViewer {
    /// What the browser does; its clipboard reaches the machine where it `may_paste`.
    ///
    /// # Errors
    /// [`Problem::Malformed`] for a picture that was never sent, or a text over the limit.
    pub fn heard(&mut self, frame: DesktopClientFrame, may_paste: bool) -> Result<(), Problem> {
        let input = match frame {
            DesktopClientFrame::PictureAck { number } => {
                return if self.pace.acked(number, tick().into_std()) {
                    Ok(())
                } else {
                    Err(Problem::Malformed)
                };
            }
            DesktopClientFrame::Key(key) => DesktopInput::Key(key),
            DesktopClientFrame::Pointer { buttons, x, y } => DesktopInput::Pointer { buttons, x, y },
            DesktopClientFrame::Wheel { x, y, right, down } => DesktopInput::Wheel { x, y, right, down },
            DesktopClientFrame::Resize { width, height } => DesktopInput::Resize(width, height),
            DesktopClientFrame::Release => {
                self.let_go();
                return Ok(());
            }
            DesktopClientFrame::TakeControl => {
                if self.takes_control() {
                    // What the one before held does not stay down.
                    self.session.surface.hands.release();
                }
                return Ok(());
            }
            DesktopClientFrame::Clipboard { is_last, bytes } => {
                if self.clipboard.len() + bytes.len() > limits::CLIPBOARD_BYTES {
                    return Err(Problem::Malformed);
                }
                self.clipboard.extend_from_slice(&bytes);
                if !is_last {
                    return Ok(());
                }
                let text = std::mem::take(&mut self.clipboard);
                DesktopInput::Clipboard(String::from_utf8(text).map_err(|_| Problem::Malformed)?)
            }
        };
        if let DesktopInput::Pointer { x, y, .. } | DesktopInput::Wheel { x, y, .. } = &input {
            self.points(*x, *y);
        }
        let allowed = may_paste || !matches!(input, DesktopInput::Clipboard(_));
        if !allowed || !self.pass(input) {
            self.drop_input();
            return Ok(());
        }
        self.holds = true;
        self.session.surface.acts.send_replace(Some(tick()));
        Ok(())
    }

    /// The others are shown where this viewer points.
    pub fn points(&self, x: u16, y: u16) {
        self.session.surface.pointers.mark(&self.id, x, y);
    }

    /// Does it to the machine, where this viewer controls it: under the lock, so that nothing comes behind what
    /// lets go when control changes hands.
    fn pass(&self, input: DesktopInput) -> bool {
        let (passed, news) = {
            let mut seats = self.session.seats();
            let drives = seats.controls(&self.id, self.generation) && seats.driver() == Some(&self.id);
            let passed = drives && self.session.surface.hands.act(input);
            (passed, drives && seats.typed(&self.id, tick().into_std()))
        };
        if news {
            self.session.company_changed();
        }
        passed
    }

    /// Whether its input reaches the machine: one viewer at a time has pointer and keys.
    fn controls(&self) -> bool {
        let seats = self.session.seats();
        seats.controls(&self.id, self.generation) && seats.driver() == Some(&self.id)
    }

    /// Pointer and keys are this viewer's from now on, where it is one of those who control. Returns whether
    /// another had them.
    fn takes_control(&self) -> bool {
        let took = {
            let mut seats = self.session.seats();
            seats.controls(&self.id, self.generation)
                && seats.driver() != Some(&self.id)
                && seats.typed(&self.id, tick().into_std())
        };
        if took {
            self.session.company_changed();
        }
        took
    }

    fn drop_input(&self) {
        if let Some(seat) = self.session.seats().mine(&self.id, self.generation) {
            seat.dropped += 1;
        }
    }

    /// No key and no button of this viewer stays down.
    pub(super) fn let_go(&mut self) {
        if std::mem::take(&mut self.holds) && self.controls() {
            self.session.surface.hands.release();
        }
    }
}
