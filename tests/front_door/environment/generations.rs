//! What steps add while terminals are open.

use transom_tests::front::Front;
use transom_tests::machine::Machine;

use super::agent::Agent;
use super::{another, assert_same, fixture, printed, terminal};

#[tokio::test]
async fn a_later_terminal_sees_what_steps_added_and_an_older_one_is_told() -> anyhow::Result<()> {
    super::super::log();
    for shell in ["/bin/bash", "/usr/bin/zsh", "/bin/dash"] {
        let (front, machine) = (Front::start().await?, Machine::start()?);
        let mut build = fixture(&machine, shell);
        if shell == "/bin/dash" {
            build.retain(|name, _| name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_'));
        }
        let agent = Agent::of(&machine, "sh");
        agent.save("b1", "Set up", &build, &[])?;
        let mut old = terminal(&front, &machine).await?;
        assert_same(&printed(&mut old, &machine).await?, &build, &[]);
        let added = machine.path("added");
        std::fs::write(&added, "VERSION=1.2.3\nNOTES<<END\nfirst\n\nthird=x\nEND\nCM_VAR_8=new value\n")?;
        agent.save("b1", "Build", &build, &[&added])?;
        old.type_text("\r").await?;
        old.see("environment updated after step \"Build\" - run: transom env reload").await?;
        old.type_text("echo \"[$VERSION]\"; transom env; mkdir -p sub; cd sub\r").await?;
        old.see("generation 2 is there after step \"Build\": transom env reload").await?;
        assert!(old.text().contains("\n[]\r\n"), "an open terminal does not change: {}", old.text());
        for (name, value) in [("VERSION", "1.2.3"), ("NOTES", "first\n\nthird=x"), ("CM_VAR_8", "new value")]
        {
            build.insert(name.to_owned(), value.to_owned());
        }
        let mut new = another(&front).await?;
        assert_same(&printed(&mut new, &machine).await?, &build, &[]);
        old.type_text("transom env reload\r").await?;
        old.type_text("pwd; transom env\r").await?;
        old.see("generation 2, captured after step \"Build\"").await?;
        let sub = machine.build_dir().join("sub");
        old.see(&format!("{}\r\n", sub.display())).await?;
        assert_same(&printed(&mut old, &machine).await?, &build, &[]);
        old.type_text("transom cd; pwd; transom nonsense\r").await?;
        old.see("usage: transom env").await?;
        if shell != "/bin/dash" {
            // Said once for each generation, and no more.
            let said = |text: &str| text.matches("environment updated after").count();
            assert_eq!((said(&old.text()), said(&new.text())), (1, 0));
        }
    }
    Ok(())
}
