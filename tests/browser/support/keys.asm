; A machine without a system, of one sector: it shows what is typed, and writes each key to its serial port as the BIOS
; gives it, ASCII and scan code. F1 and F2 set screens of other sizes.
bits 16
org 0x7c00

  xor ax, ax
  mov ds, ax
  mov ss, ax
  mov sp, 0x7c00
  xor dx, dx
  mov ax, 0x00e3      ; 9600 baud, 8 bits
  int 0x14
  mov al, 0x03        ; text, 720 x 400

screen:
  xor ah, ah
  int 0x10
  mov ah, 0x01        ; no cursor, for it blinks
  mov cx, 0x2000
  int 0x10
  mov si, ready
.next:
  lodsb
  test al, al
  jz key
  call show
  jmp .next

key:
  mov ah, 0x10
  int 0x16
  mov bp, ax
  call write
  mov ax, bp
  mov al, ah
  call write
  mov bx, bp
  mov al, 0x12        ; 640 x 480
  cmp bh, 0x3b
  je screen
  mov al, 0x03
  cmp bh, 0x3c
  je screen
  mov ax, bp
  call show
  jmp key

write:
  xor dx, dx
  mov ah, 0x01
  int 0x14
  ret

show:
  mov bx, 0x0007
  mov ah, 0x0e
  int 0x10
  ret

ready db "Type: ", 0

times 510 - ($ - $$) db 0
dw 0xaa55
