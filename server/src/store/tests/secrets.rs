//! Secrets: sealed where they lie, bound to their build and name.

use crate::keys::SealKey;
use crate::seal::{SealError, Sealer};
use crate::store::testing::*;
use crate::store::{Store, StoreError};

store_tests! {
    async fn a_secret_is_kept_replaced_and_forgotten_with_its_build(bench: &Bench) {
        let store = bench.store().await;
        store.put_secret(&id("a"), "ssh_key", b"old").await.unwrap();
        store.put_secret(&id("a"), "ssh_key", b"new").await.unwrap();
        store.put_secret(&id("a"), "login:ssh", b"\0\xff").await.unwrap();
        store.put_secret(&id("b"), "ssh_key", b"other").await.unwrap();
        assert_eq!(*store.secret(&id("a"), "ssh_key").await.unwrap().unwrap(), b"new");
        assert_eq!(*store.secret(&id("a"), "login:ssh").await.unwrap().unwrap(), b"\0\xff");
        store.delete_secrets(&id("a")).await.unwrap();
        assert_eq!(store.secret(&id("a"), "ssh_key").await.unwrap(), None);
        assert_eq!(*store.secret(&id("b"), "ssh_key").await.unwrap().unwrap(), b"other");
    }

    async fn a_sealed_value_moved_to_another_build_does_not_open(bench: &Bench) {
        let store = bench.store().await;
        store.put_secret(&id("a"), "ssh_key", b"hunter2").await.unwrap();
        sqlx::query("UPDATE secrets SET build = 'b'").execute(pool(&store)).await.unwrap();
        let moved = store.secret(&id("b"), "ssh_key").await;
        assert!(matches!(moved, Err(StoreError::Sealed(SealError::Tampered))));
    }

    async fn without_its_key_a_secret_is_not_opened(bench: &Bench) {
        bench.store().await.put_secret(&id("a"), "ssh_key", b"hunter2").await.unwrap();
        let sealer = Sealer::new(&[SealKey::generate().unwrap()]).unwrap();
        let store = Store::open(&bench.config, sealer).await.unwrap();
        let closed = store.secret(&id("a"), "ssh_key").await;
        assert!(matches!(closed, Err(StoreError::Sealed(SealError::UnknownKey(_)))));
    }
}

#[tokio::test]
async fn no_secret_stands_in_the_file_in_the_clear() {
    let bench = Bench::sqlite();
    let store = bench.store().await;
    store.put_secret(&id("a"), "login:ssh", b"hunter2-hunter2").await.unwrap();
    let files = std::fs::read_dir(bench.directory.path()).unwrap();
    for file in files.map(|file| file.unwrap().path()) {
        let bytes = std::fs::read(&file).unwrap();
        assert!(!bytes.windows(15).any(|bytes| bytes == b"hunter2-hunter2"), "{}", file.display());
    }
}
