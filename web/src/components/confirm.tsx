import { useMutation } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { Dialog } from "./dialog";
import { Buttons, Form } from "./form";
import { ErrorNotice } from "./notice";

interface Props {
  title: string;
  text: ReactNode;
  action: string;
  onConfirm: () => Promise<unknown>;
  onClose: () => void;
}

/** Asks before something that cannot be undone. */
export function Confirm({ title, text, action, onConfirm, onClose }: Props) {
  const doing = useMutation({ mutationFn: onConfirm, onSuccess: onClose });
  return (
    <Dialog title={title} onClose={onClose}>
      <Form onSubmit={doing.mutate}>
        <p className="text-soft">{text}</p>
        <ErrorNotice error={doing.error} />
        <Buttons danger action={action} disabled={doing.isPending} onCancel={onClose} />
      </Form>
    </Dialog>
  );
}
