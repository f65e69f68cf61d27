/**
 * A dialog over the page, from the accessible widget library: focus is kept inside, Escape closes, the rest is hidden from readers.
 * @module
 */
import type { ReactNode } from 'react';
import { Dialog } from 'react-aria-components/Dialog';
import { Heading } from 'react-aria-components/Heading';
import { I18nProvider } from 'react-aria-components/I18nProvider';
import { Modal, ModalOverlay } from 'react-aria-components/Modal';
import { useWords } from '../i18n/language.tsx';

export function Window({ title, onClose, children, wide = false }: { readonly title: string; readonly onClose: () => void; readonly children: ReactNode; readonly wide?: boolean }) {
  const { t, language } = useWords();
  return (
    <I18nProvider locale={language === 'ja' ? 'ja-JP' : 'en-GB'}>
      <ModalOverlay className="veil" isOpen isDismissable onOpenChange={(open) => { if (!open) onClose(); }}>
        <Modal className={wide ? 'window wide' : 'window'}>
          <Dialog data-modal="">
            <Heading slot="title" level={2}>{title}</Heading>
            <button type="button" className="quiet window-close" aria-label={t.close} onClick={onClose}>×</button>
            {children}
          </Dialog>
        </Modal>
      </ModalOverlay>
    </I18nProvider>
  );
}
